/* test_git.c: records, restoring and differences of a working tree, in real
 * repositories. */
#include <sys/stat.h>

#include "common/git.h"
#include "step_fixture.h"

static struct git git;

static void set_up(void)
{
    open_fixture();
    write_file("kept.txt", "kept\n");
    write_file("changed.txt", "one\ntwo\n");
    write_file("folder/deleted.txt", "deleted\n");
    write_file(".gitignore", "*.o\n");
    GIT("add", "-A");
    GIT("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "first");
    cr_assert_eq(git_open(begin_step("implement", 1, 1), &git), KAD_SUCCESS);
}

TestSuite(git, .init = set_up, .fini = close_fixture);

static const char *base(void)
{
    return git_ref(git.step, "base");
}

/* What an agent might do. */
static void change_tree(void)
{
    write_file("changed.txt", "one\n2\n");
    write_file("new folder/new\nfile.txt", "new\n");
    unlink(path_of("folder/deleted.txt"));
    rmdir(path_of("folder"));
}

static void restore(void)
{
    struct kad_strings restored;

    cr_assert_eq(git_restore(&git, base(), &restored), KAD_SUCCESS, "%s",
                 failure_message());
}

Test(git, a_folder_without_repository_is_a_failure_of_its_own)
{
    struct git other;

    fixture.row.workspace = "/";
    cr_expect_eq(git_open(begin_step("implement", 1, 1), &other), KAD_FAILURE);
    cr_expect_str_eq(failure_code(), "not_a_repository");
}

Test(git, a_restored_tree_is_what_it_was)
{
    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS, "%s", failure_message());
    change_tree();
    restore();
    cr_expect_str_eq(text_of("changed.txt"), "one\ntwo\n");
    cr_expect_str_eq(text_of("folder/deleted.txt"), "deleted\n");
    cr_expect_not(is_there("new folder"));
    cr_expect_str_eq(GIT("status", "--porcelain"), "");
}

Test(git, what_was_not_committed_is_restored_too)
{
    write_file("changed.txt", "by a person\n");
    write_file("untracked.txt", "by a person\n");
    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS);
    write_file("changed.txt", "by an agent\n");
    unlink(path_of("untracked.txt"));
    restore();
    cr_expect_str_eq(text_of("changed.txt"), "by a person\n");
    cr_expect_str_eq(text_of("untracked.txt"), "by a person\n");
}

Test(git, what_a_restore_undoes_can_be_had_again)
{
    const char *undone;

    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS);
    write_file("changed.txt", "by a person, after a crash\n");
    restore();
    undone = GIT("for-each-ref", "--format=%(objectname)", "refs/kad/*/undone/*");
    cr_assert_eq(strcspn(undone, "\n"), 40, "%s", undone);
    cr_expect_str_eq(
        GIT("cat-file", "blob", kad_printf(git.step, "%.40s:changed.txt", undone)),
        "by a person, after a crash\n");
}

Test(git, index_head_and_branches_are_left_alone)
{
    const char *before;

    write_file("staged.txt", "staged\n");
    GIT("add", "staged.txt");
    before = GIT("ls-files", "--stage");
    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS);
    change_tree();
    restore();
    cr_expect_str_eq(GIT("ls-files", "--stage"), before);
    cr_expect_str_eq(GIT("symbolic-ref", "HEAD"), "refs/heads/main\n");
    cr_expect_str_eq(GIT("for-each-ref", "--format=%(refname)", "refs/heads"),
                     "refs/heads/main\n");
    cr_expect_str_eq(GIT("stash", "list"), "");
}

Test(git, ignored_files_and_state_are_left_alone)
{
    write_file("program.o", "before\n");
    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS);
    write_file("program.o", "after\n");
    write_file(".kad/kad.db", "after\n");
    restore();
    cr_expect_str_eq(text_of("program.o"), "after\n");
    cr_expect_str_eq(text_of(".kad/kad.db"), "after\n");
}

Test(git, files_that_are_no_more_ignored_are_left_alone)
{
    struct git_entries changes;

    write_file("program.o", "a person's\n");
    write_file("sub/:(top)x", "a person's\n");
    write_file("sub/.gitignore", "/:*\n");
    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS);
    write_file(".gitignore", "\n");
    unlink(path_of("sub/.gitignore"));
    write_file("new.txt", "by an agent\n");
    cr_assert_eq(git_changes(&git, base(), &changes), KAD_SUCCESS);
    cr_assert_eq(changes.count, 3);
    cr_expect_str_eq(changes.items[0].path, ".gitignore");
    cr_expect_str_eq(changes.items[1].path, "new.txt");
    cr_expect_str_eq(changes.items[2].path, "sub/.gitignore");
    restore();
    cr_expect_str_eq(text_of("program.o"), "a person's\n");
    cr_expect_str_eq(text_of("sub/:(top)x"), "a person's\n");
    cr_expect_str_eq(text_of(".gitignore"), "*.o\n");
    cr_expect_not(is_there("new.txt"));
}

Test(git, a_restored_file_that_was_private_is_private)
{
    struct stat st;

    write_file("key.txt", "a person's\n");
    cr_assert_eq(chmod(path_of("key.txt"), 0600), 0);
    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS);
    cr_assert_eq(truncate(path_of("key.txt"), 0), 0);
    restore();
    cr_expect_str_eq(text_of("key.txt"), "a person's\n");
    cr_assert_eq(stat(path_of("key.txt"), &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0600);
}

Test(git, what_git_was_told_to_overlook_is_restored_too)
{
    const char *before;

    write_file("sub/gone.txt", "not checked out\n");
    GIT("add", "sub");
    GIT("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "second");
    GIT("update-index", "--assume-unchanged", "changed.txt");
    GIT("update-index", "--skip-worktree", "kept.txt", "sub/gone.txt");
    write_file("changed.txt", "a person's\n");
    write_file("kept.txt", "a person's\n");
    unlink(path_of("sub/gone.txt"));
    before = GIT("ls-files", "-v");
    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS, "%s", failure_message());
    write_file("changed.txt", "by an agent\n");
    unlink(path_of("kept.txt"));
    restore();
    cr_expect_str_eq(text_of("changed.txt"), "a person's\n");
    cr_expect_str_eq(text_of("kept.txt"), "a person's\n");
    cr_expect_not(is_there("sub/gone.txt"));
    cr_expect_str_eq(GIT("ls-files", "-v"), before);
}

Test(git, what_is_only_staged_can_be_had_again)
{
    const char *kept;

    write_file("changed.txt", "staged\n");
    GIT("add", "changed.txt");
    write_file("changed.txt", "not staged\n");
    cr_assert_eq(git_keep_staged(&git), KAD_SUCCESS, "%s", failure_message());
    kept = GIT("for-each-ref", "--format=%(objectname)", "refs/kad/*/staged/*");
    cr_assert_eq(strcspn(kept, "\n"), 40, "%s", kept);
    cr_expect_str_eq(
        GIT("cat-file", "blob", kad_printf(git.step, "%.40s:changed.txt", kept)),
        "staged\n");
}

Test(git, an_index_without_changes_is_not_kept)
{
    cr_assert_eq(git_keep_staged(&git), KAD_SUCCESS);
    cr_expect_str_eq(GIT("for-each-ref", "refs/kad"), "");
}

Test(git, a_database_in_the_working_tree_is_left_alone)
{
    fixture.project.database = path_of("runs.db");
    write_file("runs.db", "before\n");
    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS);
    write_file("runs.db", "after\n");
    write_file("runs.db-wal", "after\n");
    write_file("runs.db.d/locks", "after\n");
    restore();
    cr_expect_str_eq(text_of("runs.db"), "after\n");
    cr_expect_str_eq(text_of("runs.db-wal"), "after\n");
    cr_expect_str_eq(text_of("runs.db.d/locks"), "after\n");
}

/* git refuses to add what is both named and ignored. */
Test(git, state_and_database_may_be_ignored_themselves)
{
    fixture.project.database = path_of("state/runs.db");
    write_file(".git/info/exclude", ".kad\nstate\n");
    write_file(".kad/log", "before\n");
    write_file("state/runs.db", "before\n");
    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS, "%s", failure_message());
    write_file("state/runs.db", "after\n");
    change_tree();
    restore();
    cr_expect_str_eq(text_of("state/runs.db"), "after\n");
    cr_expect_str_eq(text_of("changed.txt"), "one\ntwo\n");
}

Test(git, the_name_of_a_database_is_no_pattern_for_other_files)
{
    fixture.project.database = path_of("-[r]*?\\.db");
    write_file("-[r]*?\\.db", "before\n");
    write_file("-rrun\\.db", "before\n");
    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS, "%s", failure_message());
    write_file("-[r]*?\\.db", "after\n");
    write_file("-[r]*?\\.db.d/logs/log", "after\n");
    write_file("-rrun\\.db", "after\n");
    restore();
    cr_expect_str_eq(text_of("-[r]*?\\.db"), "after\n");
    cr_expect_str_eq(text_of("-[r]*?\\.db.d/logs/log"), "after\n");
    cr_expect_str_eq(text_of("-rrun\\.db"), "before\n");
}

Test(git, a_file_may_have_any_name)
{
    static const char *const names[] = {"-A", ":(top)x",  " \"q\"\t'",   "a\nb",
                                        "\\", "*?[x]\\*", "\377\303\251"};
    enum { COUNT = sizeof(names) / sizeof(names[0]) };
    struct git_entries entries;

    for (size_t i = 0; i < COUNT; i++)
        write_file(names[i], "before\n");
    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS, "%s", failure_message());
    for (size_t i = 0; i < COUNT; i++)
        write_file(names[i], i % 2 ? "after\n" : "");
    unlink(path_of(names[0]));
    cr_assert_eq(git_changes(&git, base(), &entries), KAD_SUCCESS);
    cr_expect_eq(entries.count, COUNT);
    restore();
    for (size_t i = 0; i < COUNT; i++)
        cr_expect_str_eq(text_of(names[i]), "before\n", "%s", names[i]);
}

Test(git, a_folder_may_have_taken_the_place_of_a_file)
{
    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS);
    unlink(path_of("changed.txt"));
    write_file("changed.txt/inside", "new\n");
    unlink(path_of("folder/deleted.txt"));
    rmdir(path_of("folder"));
    write_file("folder", "now a file\n");
    restore();
    cr_expect_str_eq(text_of("changed.txt"), "one\ntwo\n");
    cr_expect_str_eq(text_of("folder/deleted.txt"), "deleted\n");
}

Test(git, a_link_to_the_outside_is_removed_and_not_followed)
{
    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS);
    unlink(path_of("folder/deleted.txt"));
    rmdir(path_of("folder"));
    cr_assert_eq(symlink("/tmp", path_of("folder")), 0);
    restore();
    cr_expect_str_eq(text_of("folder/deleted.txt"), "deleted\n");
    cr_expect_eq(access("/tmp/deleted.txt", F_OK), -1);
}

Test(git, a_record_is_made_once)
{
    const char *first, *second;

    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS);
    first = GIT("rev-parse", base());
    change_tree();
    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS);
    second = GIT("rev-parse", base());
    cr_expect_str_eq(first, second);
}

Test(git, a_repository_without_a_commit_can_be_recorded)
{
    GIT("update-ref", "-d", "HEAD");
    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS, "%s", failure_message());
    change_tree();
    restore();
    cr_expect_str_eq(text_of("changed.txt"), "one\ntwo\n");
}

Test(git, locks_that_a_killed_git_has_left_are_no_obstacle)
{
    write_file(".git/refs/kad/abcdefgh12345678/base.lock", "");
    write_file(
        arena_printf(&fixture.arena, "%s.lock", git.index + strlen(fixture.folder) + 1),
        "");
    cr_expect_eq(git_record(&git, base()), KAD_SUCCESS, "%s", failure_message());
}

Test(git, an_attempt_that_is_run_again_begins_where_it_began)
{
    const char *ref = git_ref_of_attempt(git.step);

    cr_expect_str_eq(ref, "refs/kad/abcdefgh12345678/implement-1-1");
    cr_assert_eq(git_begin(&git, ref), KAD_SUCCESS);
    change_tree();
    cr_assert_eq(git_begin(&git, ref), KAD_SUCCESS);
    cr_expect_str_eq(text_of("changed.txt"), "one\ntwo\n");
}

Test(git, what_a_person_did_for_a_parked_question_stays)
{
    const char *ref = git_ref_of_attempt(git.step);

    cr_assert_eq(git_begin(&git, ref), KAD_SUCCESS);
    write_file(".kad/asks/abcdefgh12345678/implement/1/1/prompt.md", "?");
    change_tree();
    cr_assert_eq(git_begin(&git, ref), KAD_SUCCESS);
    cr_expect_str_eq(text_of("changed.txt"), "one\n2\n");
}

Test(git, changes_have_their_kind_and_their_lines)
{
    struct git_entries entries;

    cr_assert_eq(git_record(&git, base()), KAD_SUCCESS);
    change_tree();
    GIT("mv", "kept.txt", "moved.txt");
    cr_assert_eq(git_changes(&git, base(), &entries), KAD_SUCCESS);
    cr_assert_eq(entries.count, 4);
    cr_expect_str_eq(entries.items[0].path, "changed.txt");
    cr_expect_eq(entries.items[0].status, 'M');
    cr_expect_eq(entries.items[0].lines_added, 1);
    cr_expect_eq(entries.items[0].lines_removed, 1);
    cr_expect_str_eq(entries.items[1].path, "folder/deleted.txt");
    cr_expect_eq(entries.items[1].status, 'D');
    cr_expect_str_eq(entries.items[2].path, "moved.txt");
    cr_expect_str_eq(entries.items[2].old_path, "kept.txt");
    cr_expect_eq(entries.items[2].status, 'R');
    cr_expect_str_eq(entries.items[3].path, "new folder/new\nfile.txt");
    cr_expect_eq(entries.items[3].status, 'A');
    cr_expect_eq(entries.items[3].lines_added, 1);
}

Test(git, the_output_of_another_command_is_no_difference)
{
    struct git_entries entries;

    cr_expect(git_diff_parse(git.step, "", 0, &entries));
    cr_expect_eq(entries.count, 0);
    cr_expect_not(git_diff_parse(git.step, "fatal: no", 9, &entries));
    cr_expect_not(git_diff_parse(git.step, ":100644 100644 a b M\0x", 22, &entries));
}
