/* streams.h - standard input, output and error as they were inherited. */
#ifndef LAB_BASE_STREAMS_H
#define LAB_BASE_STREAMS_H

/* Before any file is opened: one that takes the place of a closed standard stream would get what is
 * printed. Something else stands there, which can be neither read nor written in the direction of
 * the stream. */
void lab_streams_occupy(void);

/* What a program's status is when all is printed: status, or 3 instead of 0 after a complaint, when
 * standard output could not be written. */
int lab_streams_end(int status);

#endif
