#ifndef WEIR_CTOML_H
#define WEIR_CTOML_H
#endif
