/* up.h - the subcommands about a world that stays up, and about the machine. Each takes its own
 * name as argv[0] and returns the exit status. */
#ifndef LAB_CLI_UP_H
#define LAB_CLI_UP_H

int lab_cmd_up(int argc, char **argv);
int lab_cmd_exec(int argc, char **argv);
int lab_cmd_shell(int argc, char **argv);
int lab_cmd_down(int argc, char **argv);
int lab_cmd_doctor(int argc, char **argv);

#endif
