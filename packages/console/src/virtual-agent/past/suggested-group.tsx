/** What several visitors asked alike. */
import { useId, useState } from 'react'
import type { SuggestedCluster } from '@candor/protocol/virtual-agent-api.ts'
import { useDefinition } from '../draft-context.ts'
import { nameOfIntentId } from '../intents/intent-names.ts'
import { Badge } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
import { GiveToIntent } from './give-to-intent.tsx'
import css from './suggested-group.module.css'

/** Enough to see what it is about. */
const shownMax = 4

export function SuggestedGroup({ cluster, texts }: { cluster: SuggestedCluster; texts: readonly string[] }) {
  const definition = useDefinition()
  const title = useId()
  const [given, setGiven] = useState(false)
  const [all, setAll] = useState(false)
  const rest = texts.filter((text) => text !== cluster.representative)
  const shown = all ? rest : rest.slice(0, shownMax)
  return (
    <li className={css.group} aria-labelledby={title}>
      <div className={parts.row}>
        <Badge>{texts.length} alike</Badge>
        {cluster.nearestIntent !== null && (
          <Badge>near {nameOfIntentId(definition, cluster.nearestIntent)}</Badge>
        )}
        {given && (
          <Badge tone="good" icon="check">
            Taken
          </Badge>
        )}
      </div>
      <h3 id={title} className={css.title} dir="auto">
        “{cluster.representative}”
      </h3>
      <ul className={css.texts}>
        {shown.map((text, i) => (
          <li key={i} dir="auto">
            {text}
          </li>
        ))}
      </ul>
      {rest.length > shownMax && (
        <button type="button" className={css.more} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `${rest.length - shownMax} more`}
        </button>
      )}
      {!given && (
        <GiveToIntent texts={texts} first={cluster.nearestIntent ?? ''} onGiven={() => setGiven(true)} />
      )}
    </li>
  )
}
