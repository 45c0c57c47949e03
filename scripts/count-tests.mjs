// A reporter for node --test that leaves only the counts behind, for scripts/test.mjs to add up.
export default async function* countTests(events) {
  for await (const event of events) {
    // Each file has its summary too; the one without a file is that of the whole run.
    if (event.type !== 'test:summary' || event.data.file !== undefined) continue
    const { passed, failed, cancelled, skipped, todo } = event.data.counts
    yield JSON.stringify({ passed, failed: failed + cancelled, skipped: skipped + todo })
  }
}
