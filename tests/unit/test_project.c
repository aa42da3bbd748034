/* test_project.c: where a project is, what its paths are; ids and times. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "project.h"

static struct arena arena;
static struct project project;
static char folder[64]; /* resolved; holds nothing at first */

static void enter_folder(void)
{
    unsetenv("KAD_DB");
    strcpy(folder, P_tmpdir "/kad-project-XXXXXX");
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static int remove_one(const char *path, const struct stat *about, int type,
                      struct FTW *walk)
{
    (void)about, (void)type, (void)walk;
    return remove(path);
}

static void clean_up(void)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    arena_release(&arena);
}

TestSuite(project, .init = enter_folder, .fini = clean_up);

static void make_and_enter(const char *path)
{
    cr_assert(make_folders(&arena, path));
    cr_assert_eq(chdir(path), 0);
}

static const char *in_folder(const char *rest)
{
    return arena_printf(&arena, "%s%s", folder, rest);
}

static void find(const char *db_option)
{
    const char *error = project_find(&arena, db_option, &project);

    cr_assert_null(error, "%s", error);
}

Test(project, the_nearest_kad_folder_upward_is_the_root)
{
    make_and_enter(".kad");
    make_and_enter("../inner/.kad");
    make_and_enter("../deep/er");
    find(NULL);
    cr_assert_str_eq(project.root, in_folder("/inner"));
    cr_assert_str_eq(project.state, in_folder("/inner/.kad"));
    cr_assert_str_eq(project.database, in_folder("/inner/.kad/kad.db"));
}

Test(project, a_kad_folder_further_up_wins_over_a_git_root)
{
    make_and_enter(".kad");
    make_and_enter("../repository/.git");
    make_and_enter("../source");
    find(NULL);
    cr_assert_str_eq(project.root, folder);
}

Test(project, without_a_kad_folder_it_is_the_git_root)
{
    make_and_enter("repository/source");
    cr_assert_geq(creat("../.git", 0600), 0); /* a worktree's is a file */
    find(NULL);
    cr_assert_str_eq(project.root, in_folder("/repository"));
    cr_assert_str_eq(project.state, in_folder("/repository/.kad"));
}

Test(project, outside_of_any_project_the_remedy_is_kad_init)
{
    const char *error = project_find(&arena, NULL, &project);

    cr_assert(error);
    cr_assert(strstr(error, "run `kad init`"), "%s", error);
}

Test(project, state_is_beside_a_database_that_is_named)
{
    find("data/x.db");
    cr_assert_str_eq(project.database, in_folder("/data/x.db"));
    cr_assert_str_eq(project.state, in_folder("/data/x.db.d"));
    cr_assert_str_eq(project.root, folder);
}

Test(project, the_option_wins_over_the_environment)
{
    setenv("KAD_DB", "environment.db", 1);
    find(NULL);
    cr_assert_str_eq(project.database, in_folder("/environment.db"));
    find("option.db");
    cr_assert_str_eq(project.database, in_folder("/option.db"));
}

Test(project, a_projects_own_database_by_name_has_the_same_state)
{
    make_and_enter(".kad");
    find("kad.db");
    cr_assert_str_eq(project.state, in_folder("/.kad"));
    cr_assert_str_eq(project.root, folder);
}

Test(project, two_names_of_a_database_have_one_state)
{
    cr_assert_geq(creat("real.db", 0600), 0);
    cr_assert_eq(symlink("real.db", "link.db"), 0);
    find("link.db");
    cr_assert_str_eq(project.state, in_folder("/real.db.d"));
}

Test(project, the_state_folder_is_private_and_ignored_by_git)
{
    struct stat about;
    char text[8] = "";
    FILE *ignore;

    umask(0);
    find("a/b/x.db");
    for (int twice = 0; twice < 2; twice++)
        cr_assert_null(project_prepare(&arena, &project));
    cr_assert_eq(stat(project.state, &about), 0);
    cr_assert_eq(about.st_mode & 0777, 0700);
    ignore = fopen(arena_printf(&arena, "%s/.gitignore", project.state), "r");
    cr_assert(ignore);
    cr_assert(fgets(text, sizeof(text), ignore));
    fclose(ignore);
    cr_assert_str_eq(text, "*\n");
}

Test(project, a_file_in_the_way_of_the_state_folder_is_an_error)
{
    const char *error;

    cr_assert_geq(creat("x.db.d", 0600), 0);
    find("x.db");
    error = project_prepare(&arena, &project);
    cr_assert(error);
    cr_assert(strstr(error, "x.db.d"), "%s", error);
}

Test(project, ids_are_sixteen_characters_that_nobody_confuses)
{
    struct id_series one = {0}, other = {0};
    const char *id = execution_id_new(&arena, &one);

    cr_assert_eq(strlen(id), 16);
    cr_assert_eq(strspn(id, "0123456789abcdefghjkmnpqrstvwxyz"), 16);
    cr_assert_neq(strncmp(id, execution_id_new(&arena, &other), 10), 0);
}

Test(project, ids_of_one_process_stand_side_by_side_in_their_order)
{
    struct id_series series = {"0123456789abczzy"};

    cr_assert_str_eq(execution_id_new(&arena, &series), "0123456789abczzz");
    cr_assert_str_eq(execution_id_new(&arena, &series), "0123456789abd000");
    cr_assert_str_eq(execution_id_new(&arena, &series), "0123456789abd001");
}

Test(project, ids_begin_anew_when_all_of_a_series_are_used)
{
    struct id_series series = {"0123456789zzzzzz"};
    const char *id = execution_id_new(&arena, &series);

    cr_assert_eq(strlen(id), 16);
    cr_assert_neq(strncmp(id, "0123456789", 10), 0);
}

Test(project, times_are_utc_text_and_back)
{
    cr_assert_str_eq(time_text(&arena, 1700000000123), "2023-11-14T22:13:20.123Z");
    cr_assert_str_eq(time_text(&arena, 0), "1970-01-01T00:00:00.000Z");
    cr_assert_str_eq(time_text(&arena, -1), "1969-12-31T23:59:59.999Z");
    cr_assert_eq(time_parse("2023-11-14T22:13:20.123Z"), 1700000000123);
    cr_assert_eq(time_parse("2000-02-29T00:00:00.000Z"), 951782400000);
}

/* More than the 400 years after which the calendar repeats itself. */
Test(project, days_are_those_of_the_c_library)
{
    enum { DAYS = 200000, SECONDS = 24 * 60 * 60 };

    for (time_t day = -DAYS; day < DAYS; day++) {
        const time_t seconds = day * SECONDS + day % SECONDS;
        char text[TIME_TEXT_SIZE], wanted[64];
        struct tm tm;

        time_write((int64_t)seconds * 1000, text);
        strftime(wanted, sizeof(wanted), "%Y-%m-%dT%H:%M:%S.000Z",
                 gmtime_r(&seconds, &tm));
        cr_assert_str_eq(text, wanted);
        cr_assert_eq(time_parse(text), (int64_t)seconds * 1000, "%s", text);
    }
}

Test(project, what_is_no_time_is_refused)
{
    static const char *const texts[] = {
        "",
        "today",
        "2023-11-14",
        "2023-11-14 22:13:20.123Z",
        "2023-02-30T00:00:00.000Z",
        "2023-11-14T24:00:00.000Z",
        "2023-11-14T22:13:20.123",
        "2023-11-14T22:13:20.123Z ",
        "2023-11-14T22:13:20.1Z",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        cr_assert_eq(time_parse(texts[i]), -1, "%s", texts[i]);
}

Test(project, a_time_out_of_range_is_clamped)
{
    cr_assert_str_eq(time_text(&arena, INT64_MAX), "9999-12-31T23:59:59.999Z");
    cr_assert_str_eq(time_text(&arena, INT64_MIN), "0000-01-01T00:00:00.000Z");
}
