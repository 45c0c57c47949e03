import { useState } from 'react'
import type { InventoryScript, PageTemplate, ScriptHash } from '@candor/protocol/integrity-api.ts'
import { counted } from '../../design/counted.ts'
import { TextField } from '../../design/text-field.tsx'
import { api } from '../../live/api-client.ts'
import { DecisionDialog } from '../parts/decision-dialog.tsx'
import parts from '../parts/parts.module.css'
import { shortHash, shortUrl } from '../parts/short-names.ts'
import css from './script-dialogs.module.css'

const justificationMax = 500
const ownerMax = 100
/** More are not read in a dialog; they are counted. */
const namesShown = 8

/** About a script, or about one of its contents. */
export function DecideDialog({
  script,
  state,
  hash,
  onClose,
}: {
  script: InventoryScript
  state: 'approved' | 'refused'
  hash: ScriptHash | null
  onClose(): void
}) {
  const approves = state === 'approved'
  const [owner, setOwner] = useState(script.owner ?? '')
  const [reason, setReason] = useState(approves && hash === null ? (script.justification ?? '') : '')
  return (
    <DecisionDialog
      title={
        hash?.hash
          ? `${approves ? 'Approve' : 'Refuse'} content ${shortHash(hash.hash)}…`
          : approves
            ? 'Approve the script'
            : 'Refuse the script'
      }
      confirm={approves ? 'Approve' : 'Refuse'}
      icon={approves ? 'check' : 'close'}
      danger={!approves}
      ready={reason.trim() !== '' && (!approves || owner.trim() !== '')}
      act={() =>
        api.post<InventoryScript>(`/integrity/scripts/${script.id}/decide`, {
          state,
          ...(hash?.hash && { hash: hash.hash }),
          ...(approves && { owner: owner.trim() }),
          justification: reason.trim(),
        })
      }
      done={() =>
        approves
          ? 'Approved. Anything else at this address is an alarm.'
          : 'Refused. It stays an alarm while it runs.'
      }
      onClose={onClose}
    >
      {approves ? (
        <TextField
          label="Owner"
          hint="Who answers for this script: a person or a team."
          value={owner}
          onChange={setOwner}
          maxLength={ownerMax}
          autoFocus={owner === ''}
        />
      ) : (
        <p className={parts.soft}>
          Refusing says that it does not belong there. It does not stop the script: take it off the page.
        </p>
      )}
      <TextField
        label={approves ? 'Why it belongs there' : 'Why it does not belong there'}
        hint="An assessor reads this beside the script."
        value={reason}
        onChange={setReason}
        maxLength={justificationMax}
        multiline
        rows={3}
        autoFocus={!approves || owner !== ''}
      />
    </DecisionDialog>
  )
}

export function ApproveAllDialog({
  page,
  scripts,
  onClose,
}: {
  page: PageTemplate
  scripts: readonly InventoryScript[]
  onClose(): void
}) {
  const [reason, setReason] = useState('')
  const [owner, setOwner] = useState('')
  const more = scripts.length - namesShown
  return (
    <DecisionDialog
      title="Approve all scripts of this page"
      confirm={`Approve ${counted(scripts.length, 'script')}`}
      icon="checks"
      ready={reason.trim() !== ''}
      act={() =>
        api.post('/integrity/scripts/approve-template', {
          template: page.id,
          justification: reason.trim(),
          ...(owner.trim() !== '' && { owner: owner.trim() }),
        })
      }
      done={() => 'Approved. From now on anything else on this page is an alarm.'}
      onClose={onClose}
    >
      <p>Every content that these scripts have now becomes what is expected:</p>
      <ul className={css.names}>
        {scripts.slice(0, namesShown).map(({ id, url, owner }) => (
          <li key={id}>
            <code dir="ltr">{shortUrl(url, page.template)}</code>
            {owner === null && <span className={parts.soft}> no owner yet</span>}
          </li>
        ))}
        {more > 0 && <li className={parts.soft}>and {more} more</li>}
      </ul>
      <p className={parts.caution}>
        Do this on a page that you know to be clean. What is approved here raises no alarm any more.
      </p>
      <TextField
        label="Owner of those that have none"
        hint="A person or a team. Without one an assessor will ask."
        value={owner}
        onChange={setOwner}
        maxLength={ownerMax}
      />
      <TextField
        label="Why they belong there"
        value={reason}
        onChange={setReason}
        maxLength={justificationMax}
        multiline
        rows={3}
        autoFocus
      />
    </DecisionDialog>
  )
}
