/* commands.h - the subcommands; each takes its own name as argv[0] and returns the exit status. */
#ifndef LAB_CLI_COMMANDS_H
#define LAB_CLI_COMMANDS_H

int lab_cmd_run(int argc, char **argv);
int lab_cmd_list(int argc, char **argv);
int lab_cmd_show(int argc, char **argv);
int lab_cmd_explain(int argc, char **argv);
int lab_cmd_lint(int argc, char **argv);
int lab_cmd_new(int argc, char **argv);
int lab_cmd_fields(int argc, char **argv);
int lab_cmd_hosts(int argc, char **argv);
int lab_cmd_coverage(int argc, char **argv);
int lab_cmd_selftest(int argc, char **argv);
int lab_cmd_replay(int argc, char **argv);
int lab_cmd_merge(int argc, char **argv);
int lab_cmd_report(int argc, char **argv);
int lab_cmd_compare(int argc, char **argv);
int lab_cmd_bundle(int argc, char **argv);
int lab_cmd_states(int argc, char **argv);
int lab_cmd_adapter(int argc, char **argv);

#endif
