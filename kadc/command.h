/* command.h: what a program makes of its arguments: data, or something to obey. */
#ifndef KADC_COMMAND_H
#define KADC_COMMAND_H

#include "model.h"

enum argument_use {
    ARGUMENT_DATA,
    ARGUMENT_PROGRAM, /* it names the program */
    ARGUMENT_CODE,    /* it is a program's text */
    ARGUMENT_REMOTE,  /* it is a part of what a shell elsewhere reads */
    ARGUMENT_OPTION,  /* it may begin with `-` */
};

struct interpreter;
struct wrapper;

/* Reads a command from left to right. */
struct command_reader {
    const struct run *run;
    size_t next;
    const struct interpreter *interpreter; /* NULL: none so far */
    const struct wrapper *wrapper;         /* NULL: the first runs no others */
    bool is_program_next; /* the wrapper has not been told which program it is */
    bool is_code_next;
    size_t value_count; /* arguments that follow and are values of an option */
    bool is_data;       /* nothing that follows is an option */
    bool has_script;    /* what follows is the script's, not the interpreter's */
    bool has_code;      /* an option has given the code */
};

/* What the next argument is used for, wherever its text comes from. */
enum argument_use command_next(struct command_reader *reader);

/* After all arguments: the program takes its code from standard input. */
bool command_reads_code(const struct command_reader *reader);

/* The text that a template certainly begins with. */
struct str template_head(const struct template *value);

#endif
