// What scripts/check-arm64 runs on an arm64 processor, or on one that qemu plays: the C code of rings. Exit code 0
// if checksums and copies are right. HWCAP says which way the checksums were made.
#include "CLinux.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

int main(void) {
    // The check value of CRC-32C (RFC 3720, appendix B.4, has longer ones), at once and in parts of all lengths.
    const char digits[] = "123456789";
    assert(weir_crc32c(0, digits, 9) == 0xE3069283);
    for (size_t part = 0; part <= 9; part++) {
        assert(weir_crc32c(weir_crc32c(0, digits, part), digits + part, 9 - part) == 0xE3069283);
    }
    unsigned char zeros[32] = {0};
    assert(weir_crc32c(0, zeros, sizeof zeros) == 0x8A9136AA);

    uint64_t intent = 7;
    unsigned char shared[4096], copy[4096];
    memset(copy, 5, sizeof copy);
    weir_ring_copy_in(shared, copy, sizeof copy);
    memset(copy, 0, sizeof copy);
    assert(weir_ring_copy_out(copy, shared, sizeof copy, &intent) == 7);
    assert(memcmp(copy, shared, sizeof copy) == 0);
    puts((getauxval(AT_HWCAP) & HWCAP_CRC32) ? "by instruction" : "by table");
    return 0;
}
