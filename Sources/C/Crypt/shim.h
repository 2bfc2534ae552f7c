// libcrypt as it is. crypt_ra is used, since it allocates its struct crypt_data of 32 KiB itself.
#include <crypt.h>
