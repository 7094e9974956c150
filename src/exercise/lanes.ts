/** inLanes: a list of jobs, done by so many workers at a time, the results in the order of the list. */

/** Each job goes to the next worker that is free. Rejects with the first error, once every worker has stopped. */
export async function inLanes<Job, Worker, Result>(
  jobs: readonly Job[],
  workers: readonly Worker[],
  run: (job: Job, worker: Worker) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  let next = 0
  const lanes = workers.map(async (worker) => {
    try {
      while (next < jobs.length) {
        const at = next++
        results[at] = await run(jobs[at]!, worker)
      }
    } catch (error) {
      next = jobs.length
      throw error
    }
  })
  const failed = (await Promise.allSettled(lanes)).find((lane) => lane.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  return results
}
