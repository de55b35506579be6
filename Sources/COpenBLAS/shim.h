#include <cblas.h>
#include <stddef.h>

// The buffers of OpenBLAS, one for each thread that multiplies: once made, they are kept.
void *blas_memory_alloc(int unused);
void blas_memory_free(void *buffer);

// LAPACK's factorizations, under their Fortran names: LAPACKE is not part of the library. The last
// arguments are the lengths of strings, which Fortran passes unseen.

// Cholesky: the factor of a symmetric positive definite matrix, and solving by it.
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info,
             size_t uplo_length);
void dpotrs_(const char *uplo, const int *n, const int *nrhs, const double *a, const int *lda,
             double *b, const int *ldb, int *info, size_t uplo_length);

// Householder: the factors of a matrix, and the orthonormal one of them in full.
void dgeqrf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work,
             const int *lwork, int *info);
void dorgqr_(const int *m, const int *n, const int *k, double *a, const int *lda,
             const double *tau, double *work, const int *lwork, int *info);

// Eigenvalues in ascending order and eigenvectors of a symmetric matrix.
void dsyev_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
            double *work, const int *lwork, int *info, size_t jobz_length, size_t uplo_length);
