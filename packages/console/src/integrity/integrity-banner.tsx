/** On every page: the chat is stopped somewhere, or data was seen on its way out. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { classes } from '../design/classes.ts'
import { counted } from '../design/counted.ts'
import { Icon } from '../design/icons.tsx'
import { whereOf } from './containment/scope-words.ts'
import { alarmsQuery, containmentsQuery } from './integrity-queries.ts'
import css from './integrity-banner.module.css'

/** The desk asks less often than the pages of integrity do. */
const deskMs = 10_000

export function IntegrityBanner() {
  const { data: alarms = [] } = useQuery({ ...alarmsQuery('open'), refetchInterval: deskMs })
  const { data: containments = [] } = useQuery({ ...containmentsQuery, refetchInterval: deskMs })
  const proofs = alarms.filter(({ weight }) => weight === 'proof')
  const running = containments.filter(({ undoneAt }) => undoneAt === null)
  const [proof] = proofs
  const [first] = running
  return (
    <div role="status">
      {proof && (
        <p className={classes(css.banner, css.proof)}>
          <Icon name="alarm" size={16} />
          <span className={css.text}>
            <strong>Proof:</strong> {proof.what}
            {proofs.length > 1 && ` And ${counted(proofs.length - 1, 'more proof', 'more proofs')}.`}
          </span>
          <Link
            to="/integrity/$section"
            params={{ section: 'alarms' }}
            search={{ item: proof.id }}
            className={css.link ?? ''}
          >
            Decide
          </Link>
        </p>
      )}
      {first && (
        <p className={css.banner}>
          <Icon name="power" size={16} />
          <span className={css.text}>
            The chat is stopped{' '}
            {running.length === 1 ? whereOf(first.scope) : `by ${running.length} containments`}.
          </span>
          <Link to="/integrity/$section" params={{ section: 'containment' }} className={css.link ?? ''}>
            See it
          </Link>
        </p>
      )}
    </div>
  )
}
