import type { AccessEntries, AccessEntry } from '@candor/protocol/api.ts'
import { api } from '../live/api-client.ts'

/** The newest entry of one person about one conversation: the one under which they read now. */
export async function newestEntryOf(
  conversation: string,
  actor: string,
  signal: AbortSignal,
): Promise<AccessEntry | null> {
  return newest(new URLSearchParams({ conversation, actor, limit: '1' }), signal)
}

/** The receipt of its erasure. */
export async function erasureOf(conversation: string, signal: AbortSignal): Promise<AccessEntry | null> {
  return newest(new URLSearchParams({ conversation, type: 'erasure', limit: '1' }), signal)
}

async function newest(query: URLSearchParams, signal: AbortSignal): Promise<AccessEntry | null> {
  const { items } = await api.get<AccessEntries>(`/access/entries?${query.toString()}`, signal)
  return items[0] ?? null
}
