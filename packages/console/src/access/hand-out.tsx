import { Button } from '../design/controls.tsx'
import type { CheckedEntries } from './use-checked.ts'

/** Gives the very bytes that were checked here. */
export function HandOut({ entries, name }: { entries: CheckedEntries; name: string }) {
  const { bundle } = entries
  return (
    <Button
      icon="download"
      isDisabled={!bundle}
      onPress={() => {
        const link = document.createElement('a')
        link.href = URL.createObjectURL(new Blob([bundle!.text], { type: 'application/json' }))
        link.download = fileOf(name)
        link.click()
        URL.revokeObjectURL(link.href)
      }}
    >
      Hand out proof bundle
    </Button>
  )
}

export const fileOf = (name: string): string => `candor-proof-${name}.json`
