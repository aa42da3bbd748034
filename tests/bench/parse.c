/* parse.c: reads a file as YAML with libyaml alone and drops what it finds.
 *
 *     parse FILE
 *
 * What kadc's time is compared with: the same bytes, the same events, nothing else. Exit 1
 * when the file can't be read or is no YAML. */
#include <stdbool.h>
#include <stdio.h>
#include <yaml.h>

static bool parse_all(yaml_parser_t *parser)
{
    bool is_end = false;

    while (!is_end) {
        yaml_event_t event;

        if (!yaml_parser_parse(parser, &event))
            return false;
        is_end = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    return true;
}

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    yaml_parser_t parser;
    bool is_read;

    if (!file || !yaml_parser_initialize(&parser)) {
        fprintf(stderr, "usage: parse FILE\n");
        return 1;
    }
    yaml_parser_set_input_file(&parser, file);
    is_read = parse_all(&parser);
    yaml_parser_delete(&parser);
    fclose(file);
    return is_read ? 0 : 1;
}
