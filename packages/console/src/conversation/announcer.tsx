import { useDesk } from '../live/desk-context.ts'
import { useObservable } from '../live/observable.ts'

/** Says each message that comes into the open conversation once; the transcript itself stays silent. */
export function Announcer() {
  const { conversations } = useDesk()
  const item = useObservable(conversations.arrived)
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {item && `${item.actor.name || 'Visitor'}: ${item.text ?? ''}`}
    </p>
  )
}
