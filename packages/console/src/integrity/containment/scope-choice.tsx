import { Radio, RadioGroup } from 'react-aria-components'
import type { ContainmentScope } from '@candor/protocol/integrity-api.ts'
import { Icon } from '../../design/icons.tsx'
import { scopeKey, scopeNames, visitorsSee, whereOf } from './scope-words.ts'
import css from './scope-choice.module.css'

/** What is stopped, and what visitors will see of it. */
export function ScopeChoice({
  scopes,
  chosen,
  onChoose,
  autoFocus = false,
}: {
  scopes: readonly ContainmentScope[]
  chosen: ContainmentScope
  onChoose(scope: ContainmentScope): void
  autoFocus?: boolean
}) {
  return (
    <>
      <RadioGroup
        className={css.scopes ?? ''}
        aria-label="Where the chat is stopped"
        value={scopeKey(chosen)}
        onChange={(key) => {
          const scope = scopes.find((one) => scopeKey(one) === key)
          if (scope) onChoose(scope)
        }}
      >
        {scopes.map((scope) => (
          <Radio
            key={scopeKey(scope)}
            value={scopeKey(scope)}
            className={css.scope ?? ''}
            autoFocus={autoFocus && scopeKey(scope) === scopeKey(chosen)}
          >
            <span className={css.name}>{scopeNames[scope.kind]}</span>
            <span className={css.where}>{whereOf(scope)}</span>
          </Radio>
        ))}
      </RadioGroup>
      <p className={css.see}>
        <Icon name="eye" size={16} /> <span>{visitorsSee(chosen)}</span>
      </p>
    </>
  )
}
