// libargon2 as it is: none of its functions needs a wrapper.
#include <argon2.h>
