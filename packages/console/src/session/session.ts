import { QueryClient, queryOptions } from '@tanstack/react-query'
import type {
  CannedReply,
  ConversationDetail,
  Me,
  Person,
  Queue,
  SignInAnswer,
} from '@candor/protocol/api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { forgetDrafts } from '../conversation/forget-drafts.ts'
import { api, signedOut, Unreachable } from '../live/api-client.ts'
import { forgetBrowserKey } from './browser-key.ts'

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // The client has tried already; a refusal does not change by asking again.
      retry: (count, fault) => fault instanceof Unreachable && count < 1,
      refetchOnWindowFocus: true,
    },
  },
})

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => api.get<Me>('/me', signal),
  staleTime: 60_000,
})

const list = <T>(name: string) =>
  queryOptions({
    queryKey: [name],
    queryFn: async ({ signal }) => (await api.get<{ items: T[] }>(`/${name}`, signal)).items,
  })

export const peopleQuery = list<Person>('people')
export const queuesQuery = list<Queue>('queues')
export const cannedQuery = list<CannedReply>('canned-replies')
export const listQuery = list

export const detailQuery = (id: string) =>
  queryOptions({
    queryKey: ['conversations', id],
    queryFn: ({ signal }) => api.get<ConversationDetail>(`/conversations/${id}`, signal),
  })

/** Who is signed in, or null. */
export async function whoAmI(): Promise<Me | null> {
  try {
    return await queries.ensureQueryData(meQuery)
  } catch (refusal) {
    if (
      refusal instanceof Refusal &&
      (refusal.code === 'not_signed_in' || refusal.code === 'second_factor_required')
    )
      return null
    throw refusal
  }
}

export async function signIn(email: string, password: string): Promise<SignInAnswer> {
  const answer = await api.post<SignInAnswer>('/sign-in', { email, password })
  if (answer.kind === 'signed-in') await signedIn(answer.me)
  return answer
}

export async function confirmSecondFactor(code: string): Promise<void> {
  await api.post('/sign-in/second-factor', { code })
  await signedIn(await queries.fetchQuery({ ...meQuery, staleTime: 0 }))
}

/** In place of the temporary password; then as `signIn`. */
export async function chooseNewPassword(
  email: string,
  password: string,
  newPassword: string,
): Promise<SignInAnswer> {
  const answer = await api.post<SignInAnswer>('/sign-in/new-password', { email, password, newPassword })
  if (answer.kind === 'signed-in') await signedIn(answer.me)
  return answer
}

async function signedIn(me: Me): Promise<void> {
  // Each sign-in has a key of its own.
  await forgetBrowserKey(me)
  queries.setQueryData(meQuery.queryKey, me)
  signedOut.set(false)
}

export async function signOut(me: Me): Promise<void> {
  await api.post('/sign-out')
  await forgetBrowserKey(me)
  forgetDrafts()
  queries.clear()
}
