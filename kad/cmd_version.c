/* cmd_version.c: kad version. */
#include <stdio.h>

#include "commands.h"
#include "document.h"
#include "kad/errors.h"

int cmd_version(struct cli *cli)
{
    const struct arg_rules rules = {0};
    int exit_code;

    if (!args_read(cli, &rules, &exit_code))
        return exit_code;
    if (cli->is_json)
        return document_print(json_pack("{s:s}", "version", KAD_VERSION),
                              KAD_EXIT_COMPLETED);
    puts("kad " KAD_VERSION);
    return KAD_EXIT_COMPLETED;
}
