/* golden.h - texts that are kept in the tree, and those of tests/golden/report. */
#ifndef TESTS_UNIT_GOLDEN_H
#define TESTS_UNIT_GOLDEN_H

/* All of a file, to be freed; NULL after a failed check. The row is the path from then on. */
char *kept_text(const char *path);

/* Is the text that of the file? Compared line by line, so that a failure shows the line that
 * differs; the text is cut up by that. With UPDATE_GOLDEN in the environment the file is written
 * anew. */
void check_golden(const char *name, char *text);

#endif
