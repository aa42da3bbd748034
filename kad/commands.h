/* commands.h: the commands, one cmd_NAME.c each. */
#ifndef KAD_COMMANDS_H
#define KAD_COMMANDS_H

#include "cli.h"

int cmd_init(struct cli *cli);
int cmd_build(struct cli *cli);
int cmd_backup(struct cli *cli);
int cmd_doctor(struct cli *cli);
int cmd_emit(struct cli *cli);
int cmd_progress(struct cli *cli);
int cmd_version(struct cli *cli);
int cmd_workflow(struct cli *cli);

/* kad workflow ... */
bool is_workflow_command(const char *name); /* which is no workflow's id, then */
int cmd_run(struct cli *cli);
int cmd_list(struct cli *cli);
int cmd_show(struct cli *cli);
int cmd_define(struct cli *cli);
int cmd_status(struct cli *cli);
int cmd_resume(struct cli *cli);
int cmd_approve(struct cli *cli);
int cmd_history(struct cli *cli);
int cmd_logs(struct cli *cli);
int cmd_pause(struct cli *cli);
int cmd_cancel(struct cli *cli);
int cmd_prune(struct cli *cli);

#endif
