# What swift-argument-parser writes, as lintian and readers of manuals want it.

# Names of pages.
/^\.Dt /s/\./-/2g
/^\.Xr /s/\./-/2g
/^\.Xr dompet-help /d

# What it is, in a line that whatis shows as it is.
s/^\.Nd "\(.*\)"$/.Nd \1/

# Paragraphs.
s/^$/.Pp/

# The statuses that there are.
s/^\.Ex -std$/0 all is well, 1 what was asked for failed, 64 usage, 78 configuration./
