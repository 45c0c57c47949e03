import { Unreachable } from '../live/api-client.ts'
import { Button } from '../design/controls.tsx'
import css from './fault-page.module.css'

export function FaultPage({ fault }: { fault: unknown }) {
  const away = fault instanceof Unreachable
  return (
    <main className={css.page} role="alert">
      <h1 className={css.title}>{away ? 'The server cannot be reached' : 'This page met a fault'}</h1>
      <p className={css.text}>
        {away
          ? 'Your drafts are kept on this computer. Check your connection, then load the page again.'
          : 'Nothing you sent is lost: messages are stored before they are shown as sent. Load the page again; if it comes back, tell your administrator what you did.'}
      </p>
      <Button tone="main" onPress={() => location.reload()}>
        Load again
      </Button>
    </main>
  )
}

export function NotFoundPage() {
  return (
    <main className={css.page}>
      <h1 className={css.title}>There is no such page</h1>
      <p className={css.text}>
        <a href="/desk/">Go to the desk</a>
      </p>
    </main>
  )
}
