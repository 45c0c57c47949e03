import { Link } from '@tanstack/react-router'
import { mayReview } from '../../access/access-roles.ts'
import { useDesk } from '../../live/desk-context.ts'

/** An entry of the access log; who may look in there is led to its proof. */
export function EntryLink({ entry, type }: { entry: number; type: 'release' | 'containment' }) {
  const name = `entry #${entry.toLocaleString()}`
  if (!mayReview(useDesk().me.person.role)) return <>{name}</>
  return (
    <Link to="/access" search={{ type, entry }}>
      {name}
    </Link>
  )
}
