/* golden.h - texts that are kept in tests/golden/report. */
#ifndef TESTS_UNIT_GOLDEN_H
#define TESTS_UNIT_GOLDEN_H

/* Is the text that of the file? Compared line by line, so that a failure shows the line that
 * differs; the text is cut up by that. With UPDATE_GOLDEN in the environment the file is written
 * anew. */
void check_golden(const char *name, char *text);

#endif
