// CRC-32C (Castagnoli): the one checksum that current x86 and Arm processors compute by themselves.
// Without that instruction a table of 16 words does it, four bits at a time.
#include "CLinux.h"

#include <string.h>
#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

// remainder[n] is what four bits of value n leave behind (reflected polynomial 0x82F63B78).
static const uint32_t remainder_of[16] = {
    0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3, 0x61C69362, 0x7198540D,
    0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9, 0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
};

static uint32_t crc_by_table(uint32_t crc, const unsigned char *bytes, size_t count) {
    for (size_t index = 0; index < count; index++) {
        crc ^= bytes[index];
        crc = (crc >> 4) ^ remainder_of[crc & 15];
        crc = (crc >> 4) ^ remainder_of[crc & 15];
    }
    return crc;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) static uint32_t crc_by_instruction(
    uint32_t crc, const unsigned char *bytes, size_t count) {
    uint64_t wide = crc;
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    crc = (uint32_t)wide;
    for (; count > 0; bytes++, count--) crc = __builtin_ia32_crc32qi(crc, *bytes);
    return crc;
}

static int has_instruction(void) {
    return __builtin_cpu_supports("sse4.2");
}

#elif defined(__aarch64__)

// Optional in the first version of the architecture, which compilers build for unless they are told otherwise.
__attribute__((target("crc"))) static uint32_t crc_by_instruction(uint32_t crc, const unsigned char *bytes, size_t count) {
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        crc = __builtin_arm_crc32cd(crc, word);
    }
    for (; count > 0; bytes++, count--) crc = __builtin_arm_crc32cb(crc, *bytes);
    return crc;
}

static int has_instruction(void) {
    return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
}

#else

#define crc_by_instruction crc_by_table

static int has_instruction(void) {
    return 0;
}

#endif

uint32_t weir_crc32c(uint32_t previous, const void *bytes, size_t count) {
    if (has_instruction()) return ~crc_by_instruction(~previous, bytes, count);
    return ~crc_by_table(~previous, bytes, count);
}
