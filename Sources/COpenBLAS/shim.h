#include <cblas.h>
#include <stddef.h>

// LAPACK's solver of symmetric positive definite systems, under its Fortran name: LAPACKE is not
// part of the library. The last argument is the length of `uplo`, which Fortran passes unseen.
void dposv_(const char *uplo, const int *n, const int *nrhs, double *a, const int *lda, double *b,
            const int *ldb, int *info, size_t uplo_length);
