/* pool.c: see pool.h. */
#include "process/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "process/signals.h"

/* So long jobs may hold up those behind them in the queue before more threads take these. */
enum { PATIENCE_MS = 1 };
/* A worker: its eventfd and line; a program's pipes, input and texts, the step's log. */
enum { FILES_OF_ENGINE = 64, FILES_OF_WORKER = 12 };

static _Thread_local struct worker *own_worker;
/* The worker of a job that was woken in the queue. */
static char woken_early;

/* ---- Lists -------------------------------------------------------------------------- */

static void append(struct job_list *list, struct job *job)
{
    job->next = NULL;
    if (list->count++)
        list->last->next = job;
    else
        list->first = job;
    list->last = job;
}

static struct job *take_first(struct job_list *list)
{
    struct job *job = list->count ? list->first : NULL;

    if (!job)
        return NULL;
    list->first = job->next;
    list->count--;
    return job;
}

/* ---- Eventfds ----------------------------------------------------------------------- */

static void write_event(int fd)
{
    const uint64_t one = 1;

    while (write(fd, &one, sizeof(one)) < 0 && errno == EINTR)
        continue;
}

static void clear_event(int fd)
{
    uint64_t count;

    while (read(fd, &count, sizeof(count)) < 0 && errno == EINTR)
        continue;
}

/* ---- Workers ------------------------------------------------------------------------ */

static void *work(void *context);

static void worker_free(struct worker *worker)
{
    keeper_line_close(&worker->caller.line);
    if (worker->caller.wake_fd >= 0)
        close(worker->caller.wake_fd);
    free(worker);
}

static bool create_thread(struct worker *worker)
{
    sigset_t before;
    int error;

    signals_block(&before);
    error = pthread_create(&worker->thread, NULL, work, worker);
    signals_restore(&before);
    return error == 0;
}

/* With the mutex held, here and below where nothing else is said. Without one more, the job
 * waits for a worker that is there. */
static void add_worker(struct pool *pool)
{
    struct worker *worker = calloc(1, sizeof(*worker));

    if (!worker)
        return;
    worker->pool = pool;
    keeper_line_init(&worker->caller.line, pool->keeper);
    worker->caller.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (worker->caller.wake_fd >= 0 && create_thread(worker))
        pool->workers[pool->worker_count++] = worker;
    else
        worker_free(worker);
}

/* Programs that run at once must not take each other's descriptors. */
static size_t worker_limit(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) < 0 ||
        files.rlim_cur >= FILES_OF_ENGINE + FILES_OF_WORKER * POOL_WORKERS_MAX)
        return POOL_WORKERS_MAX;
    if (files.rlim_cur < FILES_OF_ENGINE + FILES_OF_WORKER)
        return 1;
    return (size_t)(files.rlim_cur - FILES_OF_ENGINE) / FILES_OF_WORKER;
}

/* The keeper is forked before the first thread is there. */
static void try_to_add_worker(struct pool *pool)
{
    if (pool->finished_fd < 0)
        pool->finished_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (pool->finished_fd < 0 || pool->worker_count >= worker_limit())
        return;
    if (!pool->worker_count)
        (void)keeper_start(pool->keeper); /* else the first program says why */
    add_worker(pool);
}

/* One more thread takes jobs from the queue. */
static void call_one_more(struct pool *pool)
{
    if (!pool->queue.count || pool->is_closing)
        return;
    if (pool->idle_count)
        pthread_cond_signal(&pool->has_work);
    else
        try_to_add_worker(pool);
}

/* Nobody else is called: most jobs are over sooner than a thread wakes up. */
static struct job *take_job(struct worker *worker)
{
    struct pool *pool = worker->pool;
    struct job *job;

    pool->idle_count++;
    while (!pool->queue.count && !pool->is_closing)
        pthread_cond_wait(&pool->has_work, &pool->mutex);
    pool->idle_count--;
    job = take_first(&pool->queue);
    if (!job)
        return NULL;
    pool->is_hurried = pool->is_hurried && pool->queue.count;
    if (pool->is_hurried)
        call_one_more(pool);
    if (job->worker == &woken_early)
        write_event(worker->caller.wake_fd);
    job->worker = worker;
    return job;
}

static void finish_job(struct pool *pool, struct job *job)
{
    job->worker = NULL;
    append(&pool->finished, job);
    if (pool->is_awaited)
        write_event(pool->finished_fd);
    pool->is_awaited = false;
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct pool *pool = worker->pool;
    struct job *job;

    own_worker = worker;
    pthread_mutex_lock(&pool->mutex);
    while ((job = take_job(worker))) {
        pthread_mutex_unlock(&pool->mutex);
        job->run(job);
        pthread_mutex_lock(&pool->mutex);
        finish_job(pool, job);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

/* Without the mutex. */
void pool_step_aside(struct pool *pool)
{
    if (!own_worker)
        return;
    pthread_mutex_lock(&pool->mutex);
    call_one_more(pool);
    pthread_mutex_unlock(&pool->mutex);
}

/* ---- The engine's side -------------------------------------------------------------- */

void pool_init(struct pool *pool, struct keeper *keeper, struct exec_caller *engine)
{
    *pool = (struct pool){.keeper = keeper, .engine = engine, .finished_fd = -1};
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->has_work, NULL);
}

void pool_start(struct pool *pool, struct job *job)
{
    job->worker = NULL;
    append(&pool->started, job);
}

/* What has been started since the last time comes into the queue, all at once: a worker that
 * is woken sooner would fight for the mutex with who starts the next. */
static void queue_started(struct pool *pool)
{
    struct job *job;

    if (!pool->started.count)
        return;
    while ((job = take_first(&pool->started)))
        append(&pool->queue, job);
    call_one_more(pool);
}

void pool_wake(struct pool *pool, struct job *job)
{
    pthread_mutex_lock(&pool->mutex);
    if (job->worker && job->worker != &woken_early)
        write_event(((struct worker *)job->worker)->caller.wake_fd);
    else
        job->worker = &woken_early;
    pthread_mutex_unlock(&pool->mutex);
}

/* All that is over comes to the engine's thread at once. */
static struct job *take_finished(struct pool *pool)
{
    if (!pool->taken.count) {
        pool->taken = pool->finished;
        pool->finished = (struct job_list){0};
    }
    return take_first(&pool->taken);
}

struct job *pool_also(struct pool *pool)
{
    struct job *job = take_first(&pool->taken);

    if (job)
        return job;
    pthread_mutex_lock(&pool->mutex);
    queue_started(pool);
    job = take_finished(pool);
    pthread_mutex_unlock(&pool->mutex);
    return job;
}

/* A job that is over, or one that nobody else will ever run: *is_own. NULL: the next that is
 * over wakes the engine's thread. */
static struct job *take_ready(struct pool *pool, bool *is_own)
{
    struct job *job;

    pthread_mutex_lock(&pool->mutex);
    queue_started(pool);
    job = take_finished(pool);
    if (!job && pool->queue.count && !pool->worker_count)
        try_to_add_worker(pool); /* perhaps by now */
    *is_own = !job && !pool->worker_count;
    if (*is_own)
        job = take_first(&pool->queue);
    pool->is_awaited = !job;
    pthread_mutex_unlock(&pool->mutex);
    return job;
}

/* Jobs are in the queue, and not all threads have been called for them. */
static bool is_held_up(struct pool *pool)
{
    bool is_so;

    pthread_mutex_lock(&pool->mutex);
    is_so = pool->queue.count && !pool->is_hurried;
    pthread_mutex_unlock(&pool->mutex);
    return is_so;
}

/* Each thread that takes a job calls one more, until the queue is empty. */
static void hurry(struct pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    pool->is_hurried = pool->queue.count;
    call_one_more(pool);
    pthread_mutex_unlock(&pool->mutex);
}

/* Nothing wakes the engine's thread any more, and nothing has without its knowledge. */
static void end_wait(struct pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    if (!pool->is_awaited)
        clear_event(pool->finished_fd);
    pool->is_awaited = false;
    pthread_mutex_unlock(&pool->mutex);
}

/* Until a job is over. */
static void wait_for_finished(struct pool *pool, int64_t timeout_ms)
{
    struct pollfd finished = {.fd = pool->finished_fd, .events = POLLIN};
    const bool is_patient =
        (timeout_ms < 0 || timeout_ms > PATIENCE_MS) && is_held_up(pool);
    int ready = signals_poll(&finished, 1, is_patient ? PATIENCE_MS : timeout_ms);

    if (ready == 0)
        hurry(pool);
    if (ready == 0 && is_patient)
        signals_poll(&finished, 1, timeout_ms < 0 ? -1 : timeout_ms - PATIENCE_MS);
    end_wait(pool);
}

struct job *pool_next(struct pool *pool, int64_t timeout_ms)
{
    bool is_own;
    struct job *job = take_ready(pool, &is_own);

    if (job && is_own)
        job->run(job);
    if (job)
        return job;
    wait_for_finished(pool, timeout_ms);
    return pool_also(pool);
}

struct exec_caller *pool_caller(struct pool *pool)
{
    return own_worker ? &own_worker->caller : pool->engine;
}

void pool_close(struct pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    pool->is_closing = true;
    for (size_t i = 0; i < pool->worker_count; i++) {
        atomic_store(&pool->workers[i]->caller.is_closing, true);
        write_event(pool->workers[i]->caller.wake_fd);
    }
    pool->queue = pool->started = (struct job_list){0};
    pthread_cond_broadcast(&pool->has_work);
    pthread_mutex_unlock(&pool->mutex);
    for (size_t i = 0; i < pool->worker_count; i++) {
        pthread_join(pool->workers[i]->thread, NULL);
        worker_free(pool->workers[i]);
    }
    if (pool->finished_fd >= 0)
        close(pool->finished_fd);
    pthread_cond_destroy(&pool->has_work);
    pthread_mutex_destroy(&pool->mutex);
}
