// stdio.h has this for _GNU_SOURCE only.
int renameat2(int fromFolder, const char *from, int toFolder, const char *to, unsigned int flags);

// RENAME_EXCHANGE: both names stay, and change places.
static const unsigned int renameExchange = 1 << 1;
