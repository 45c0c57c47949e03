import { bytesMaxAt } from './tiles.ts'
import type { TileReader } from './tile-storage.ts'
import { StorageFault } from './tile-storage.ts'

/** A tile of 8 KB that takes longer than this is not coming. */
const readMsMax = 15_000

/** A log behind a URL, read as plain static files. @param url with or without a slash at its end. */
export function httpStorage(url: string, get: typeof fetch = fetch): TileReader {
  const base = url.endsWith('/') ? url : `${url}/`
  return {
    async read(path) {
      const address = new URL(path, base)
      let response: Response
      try {
        response = await get(address, { signal: AbortSignal.timeout(readMsMax), credentials: 'omit' })
      } catch (fault) {
        throw new StorageFault(`${address.href} did not answer`, { cause: fault })
      }
      if (response.status === 404) {
        await response.body?.cancel()
        return null
      }
      if (!response.ok) {
        await response.body?.cancel()
        throw new StorageFault(`${address.href} answered ${response.status}`)
      }
      return await bounded(response, bytesMaxAt(path))
    },
  }
}

async function bounded(response: Response, bytesMax: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  // Whoever serves the log may be the one who is checked: nothing of unknown length is taken into memory.
  const reader = (response.body ?? new Blob([]).stream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > bytesMax) {
      await reader.cancel()
      throw new StorageFault(`${response.url} is longer than ${bytesMax} bytes`)
    }
    parts.push(value)
  }
  const all = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
