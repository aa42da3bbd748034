/* test_review.c: the commit of an execution's changes, in real repositories. */
#include "review/commit.h"
#include "step_fixture.h"

static struct git git;
static struct commit commit;
static struct git_entries entries;

static void set_up(void)
{
    open_fixture();
    write_file("shared.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    write_file("mine.txt", "mine\n");
    GIT("add", "-A");
    GIT("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "first");
    cr_assert_eq(git_open(begin_step("review", 1, 1), &git), KAD_SUCCESS);
    commit = (struct commit){.branch = "kad/feature-abcdefgh", .title = "A feature"};
}

TestSuite(review, .init = set_up, .fini = close_fixture);

static void record_base(void)
{
    cr_assert_eq(git_record(&git, git_ref(git.step, "base")), KAD_SUCCESS);
}

static void make_commit(void)
{
    cr_assert_eq(commit_make(&git, &commit, &entries), KAD_SUCCESS, "%s",
                 failure_message());
}

Test(review, the_changes_are_committed_on_a_branch_and_main_stays)
{
    const char *main_before = GIT("rev-parse", "main");

    record_base();
    write_file("new.txt", "new\n");
    make_commit();
    cr_expect_str_eq(GIT("symbolic-ref", "--short", "HEAD"), "kad/feature-abcdefgh\n");
    cr_expect_str_eq(GIT("show", "--format=%s", "--name-only", "HEAD"),
                     "A feature\n\nnew.txt\n");
    cr_expect_str_eq(GIT("status", "--porcelain"), "");
    cr_expect_str_eq(GIT("rev-parse", "main"), main_before);
    cr_expect_str_eq(GIT("log", "-1", "--format=%an <%ae>"), "kad <kad@localhost>\n");
    cr_expect_str_eq(GIT("for-each-ref", "refs/kad/*/staged/*"), "");
}

Test(review, what_a_person_had_not_committed_is_neither_committed_nor_touched)
{
    write_file("mine.txt", "mine, in work\n");
    write_file("untracked.txt", "mine\n");
    write_file("staged.txt", "mine\n");
    GIT("add", "staged.txt");
    record_base();
    write_file("new.txt", "new\n");
    make_commit();
    cr_expect_str_eq(GIT("show", "--format=", "--name-only", "HEAD"), "new.txt\n");
    cr_expect_str_eq(GIT("status", "--porcelain"),
                     " M mine.txt\nA  staged.txt\n?? untracked.txt\n");
}

Test(review, of_a_file_that_both_changed_only_the_executions_part_is_committed)
{
    write_file("shared.txt", "mine\n2\n3\n4\n5\n6\n7\n8\n9\n");
    record_base();
    write_file("shared.txt", "mine\n2\n3\n4\n5\n6\n7\n8\nits\n");
    make_commit();
    cr_expect_str_eq(GIT("show", "HEAD:shared.txt"), "1\n2\n3\n4\n5\n6\n7\n8\nits\n");
    cr_expect_str_eq(text_of("shared.txt"), "mine\n2\n3\n4\n5\n6\n7\n8\nits\n");
}

Test(review, a_file_that_both_changed_may_have_any_name)
{
    static const char *const names[] = {"-:(top)[*]\n\"\377", "-:(TOP)[*]\n\"\377",
                                        "-:(top)[x]\n\"\377"};
    enum { COUNT = sizeof(names) / sizeof(names[0]) };

    for (size_t i = 0; i < COUNT; i++)
        write_file(names[i], "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    GIT("add", "-A");
    GIT("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "second");
    for (size_t i = 0; i < COUNT; i++)
        write_file(names[i], "mine\n2\n3\n4\n5\n6\n7\n8\n9\n");
    record_base();
    for (size_t i = 0; i < COUNT; i++)
        write_file(names[i], "mine\n2\n3\n4\n5\n6\n7\n8\nits\n");
    make_commit();
    for (size_t i = 0; i < COUNT; i++)
        cr_expect_str_eq(GIT("show", kad_printf(git.step, "HEAD:%s", names[i])),
                         "1\n2\n3\n4\n5\n6\n7\n8\nits\n", "%s", names[i]);
}

Test(review, changes_that_cannot_be_told_apart_go_in_as_they_are)
{
    write_file("mine.txt", "mine, in work\n");
    record_base();
    write_file("mine.txt", "mine, in work, and its\n");
    make_commit();
    cr_expect_str_eq(GIT("show", "HEAD:mine.txt"), "mine, in work, and its\n");
}

Test(review, a_second_run_makes_no_second_commit)
{
    const char *first;

    write_file("shared.txt", "mine\n2\n3\n4\n5\n6\n7\n8\n9\n");
    record_base();
    write_file("shared.txt", "mine\n2\n3\n4\n5\n6\n7\n8\nits\n");
    make_commit();
    first = GIT("rev-parse", "HEAD");
    make_commit();
    cr_expect_str_eq(GIT("rev-parse", "HEAD"), first);
}

Test(review, a_run_that_was_cut_before_the_switch_is_completed)
{
    const char *first;

    record_base();
    write_file("new.txt", "new\n");
    make_commit();
    first = GIT("rev-parse", "HEAD");
    GIT("symbolic-ref", "HEAD", "refs/heads/main");
    make_commit();
    cr_expect_str_eq(GIT("rev-parse", "HEAD"), first);
    cr_expect_str_eq(GIT("symbolic-ref", "--short", "HEAD"), "kad/feature-abcdefgh\n");
}

Test(review, deletions_are_committed)
{
    record_base();
    unlink(path_of("mine.txt"));
    make_commit();
    cr_expect_str_eq(GIT("ls-tree", "-r", "--name-only", "HEAD"), "shared.txt\n");
}

Test(review, nothing_to_commit_is_a_failure_of_its_own)
{
    write_file("mine.txt", "mine, in work\n");
    record_base();
    cr_expect_eq(commit_make(&git, &commit, &entries), KAD_FAILURE);
    cr_expect_str_eq(failure_code(), "nothing_to_commit");
    cr_expect_str_eq(GIT("symbolic-ref", "--short", "HEAD"), "main\n");
}

Test(review, the_first_commit_of_a_repository_can_be_made)
{
    GIT("update-ref", "-d", "HEAD");
    record_base();
    write_file("new.txt", "new\n");
    make_commit();
    cr_expect_str_eq(GIT("ls-tree", "-r", "--name-only", "HEAD"), "new.txt\n");
}

Test(review, files_that_are_no_more_ignored_are_not_committed)
{
    write_file(".gitignore", "secret.env\n");
    write_file("secret.env", "mine\n");
    record_base();
    write_file(".gitignore", "\n");
    make_commit();
    cr_expect_str_eq(GIT("show", "--format=", "--name-only", "HEAD"), ".gitignore\n");
    cr_expect_str_eq(text_of("secret.env"), "mine\n");
}

Test(review, what_was_staged_of_a_committed_file_can_be_had_again)
{
    write_file("mine.txt", "staged\n");
    GIT("add", "mine.txt");
    write_file("mine.txt", "in work\n");
    record_base();
    write_file("mine.txt", "its\n");
    make_commit();
    cr_expect_neq(strstr(GIT("log", "--format=", "-p", "--glob=refs/kad/*/staged/*"),
                         "+staged\n"),
                  NULL);
}

Test(review, a_merge_under_way_is_left_alone)
{
    const char *before;

    GIT("update-ref", "MERGE_HEAD", "HEAD");
    GIT("rm", "-q", "--cached", "mine.txt");
    record_base();
    write_file("new.txt", "new\n");
    before = GIT("ls-files", "--stage");
    cr_expect_eq(commit_make(&git, &commit, &entries), KAD_FAILURE);
    cr_expect_str_eq(failure_code(), "git_failed");
    cr_expect_str_eq(GIT("symbolic-ref", "--short", "HEAD"), "main\n");
    cr_expect_str_eq(GIT("ls-files", "--stage"), before);
}

Test(review, a_large_difference_goes_in_as_it_is)
{
    const size_t len = (size_t)KAD_OUTPUT_MAX + 1;
    char *text = kad_alloc(git.step, len + 1);

    memset(text, 'x', len);
    write_file("mine.txt", "mine, in work\n");
    record_base();
    write_file("mine.txt", text);
    make_commit();
    cr_expect_eq(atol(GIT("cat-file", "-s", "HEAD:mine.txt")), (long)len);
}
