import { Button } from '../design/controls.tsx'
import { saveFile } from '../design/save-file.ts'
import type { CheckedEntries } from './use-checked.ts'

/** Gives the very bytes that were checked here. */
export function HandOut({ entries, name }: { entries: CheckedEntries; name: string }) {
  const { bundle } = entries
  return (
    <Button
      icon="download"
      isDisabled={!bundle}
      onPress={() => saveFile(fileOf(name), bundle!.text, 'application/json')}
    >
      Hand out proof bundle
    </Button>
  )
}

export const fileOf = (name: string): string => `candor-proof-${name}.json`
