import { useQuery } from '@tanstack/react-query'
import { reviewQuery } from '../authoring-queries.ts'
import { useEdited } from '../draft-context.ts'
import type { Review } from '@candor/virtual-agent/review.ts'

/** What is known of the saved draft; undefined before it is trained. */
export function useReview(): Review | undefined {
  const { saved } = useEdited()
  const { data } = useQuery({ ...reviewQuery, enabled: saved.trained })
  return saved.trained ? data?.report : undefined
}
