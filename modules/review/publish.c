/* publish.c: see publish.h.
 *
 * People without gh, with another forge, or not logged in have asked for nothing here:
 * that is logged and no failure. Once gh knows the repository, what fails is said. */
#include "publish.h"

#include <string.h>

static enum kad_outcome run_gh(const struct git *git, const char *const *argv,
                               struct kad_output *output)
{
    const char *const env[] = {"GH_PROMPT_DISABLED=1", "NO_COLOR=1", NULL};
    const struct kad_program program = {.argv = argv, .env = env, .cwd = git->root};

    return kad_exec(git->step, &program, output);
}

static enum kad_outcome fail_publish(const struct git *git, const struct commit *commit,
                                     const char *what, const struct kad_output *output)
{
    return kad_fail(git->step, "gh_failed",
                    "%s: %s (the commit is on %s; a resume tries again)", what,
                    output->err_len ? output->err : output->out, commit->branch);
}

/* The remote that a new branch goes to; "" when there is none. */
static enum kad_outcome find_remote(const struct git *git, const char **remote)
{
    const struct git_call origin = {.args = GIT_ARGS("remote", "get-url", "origin"),
                                    .may_fail = true};
    const struct git_call any = {.args = GIT_ARGS("remote")};
    enum kad_outcome outcome = git_line(git, &origin, remote);

    if (outcome != KAD_SUCCESS)
        return outcome;
    if (!**remote)
        return git_line(git, &any, remote);
    *remote = "origin";
    return KAD_SUCCESS;
}

static enum kad_outcome is_known_to_gh(const struct git *git, bool *is_known)
{
    const char *const argv[] = {"gh", "repo", "view", "--json", "nameWithOwner", NULL};
    struct kad_output output;
    const enum kad_outcome outcome = run_gh(git, argv, &output);

    *is_known = outcome == KAD_SUCCESS && output.exit_code == 0;
    return outcome;
}

static enum kad_outcome push(const struct git *git, const struct commit *commit,
                             const char *remote)
{
    const struct git_call call = {
        .args = GIT_ARGS("push", "--set-upstream", remote, commit->branch),
        .may_fail = true,
    };
    struct kad_output output;
    const enum kad_outcome outcome = git_run(git, &call, &output);

    if (outcome == KAD_SUCCESS && output.exit_code != 0)
        return fail_publish(git, commit, "git push", &output);
    return outcome;
}

/* *url: of the branch's open pull request, or NULL. */
static enum kad_outcome find_request(const struct git *git, const struct commit *commit,
                                     const char **url)
{
    /* gh prints null as an empty line. */
    const char *const argv[] = {"gh",     "pr",  "list", "--head",   commit->branch,
                                "--json", "url", "--jq", ".[0].url", NULL};
    struct kad_output output;
    const enum kad_outcome outcome = run_gh(git, argv, &output);
    const size_t len = outcome == KAD_SUCCESS ? strcspn(output.out, "\r\n") : 0;

    if (len && output.exit_code == 0)
        *url = kad_copy(git->step, output.out, len);
    return outcome;
}

static enum kad_outcome open_request(const struct git *git, const struct commit *commit,
                                     const char *description, const char **url)
{
    const char *const argv[] = {"gh",           "pr",      "create",      "--head",
                                commit->branch, "--title", commit->title, "--body-file",
                                description,    NULL};
    struct kad_output output;
    const enum kad_outcome outcome = run_gh(git, argv, &output);

    if (outcome != KAD_SUCCESS)
        return outcome;
    if (output.exit_code != 0)
        return fail_publish(git, commit, "gh pr create", &output);
    *url = kad_copy(git->step, output.out, strcspn(output.out, "\r\n"));
    kad_progress(git->step, "opened %s", *url);
    return KAD_SUCCESS;
}

enum kad_outcome publish(const struct git *git, const struct commit *commit,
                         const char *description, const char **url)
{
    const char *remote = "";
    bool is_known = false;
    enum kad_outcome outcome = find_remote(git, &remote);

    if (outcome == KAD_SUCCESS && *remote && kad_find_program(git->step, "gh"))
        outcome = is_known_to_gh(git, &is_known);
    if (outcome != KAD_SUCCESS)
        return outcome;
    if (!is_known) {
        kad_log(git->step,
                "no pull request was opened (that needs gh, logged in, and a "
                "remote that it knows): its text is %s",
                description);
        return KAD_SUCCESS;
    }
    outcome = push(git, commit, remote);
    if (outcome == KAD_SUCCESS)
        outcome = find_request(git, commit, url);
    if (outcome != KAD_SUCCESS || *url)
        return outcome;
    return open_request(git, commit, description, url);
}
