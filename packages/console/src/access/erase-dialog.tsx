/** Erasure: what exactly is lost, typed to confirm, and the receipt. */
import { useState, type FormEvent } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Radio, RadioGroup } from 'react-aria-components'
import type { Erasure } from '@candor/protocol/api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { Button } from '../design/controls.tsx'
import { Dialog } from '../design/dialog.tsx'
import { Icon } from '../design/icons.tsx'
import { TextField } from '../design/text-field.tsx'
import { preciseTime } from '../design/times.tsx'
import { visitorName } from '../inbox/visitor-name.ts'
import { api } from '../live/api-client.ts'
import { useRow } from '../live/desk-context.ts'
import css from './erase-dialog.module.css'

type Scope = 'conversation' | 'customer'

/** What is typed; a name may be in letters that this keyboard does not have. */
const word = 'erase'

export function EraseDialog({
  conversation,
  customer,
  onErased,
  onClose,
}: {
  conversation: string
  customer: string
  /** With the customer where all of theirs is gone. */
  onErased(customer: string | null): void
  onClose(): void
}) {
  const row = useRow(conversation)
  const client = useQueryClient()
  const [scope, setScope] = useState<Scope>('conversation')
  const [typed, setTyped] = useState('')
  const erase = useMutation({
    mutationFn: () =>
      api.post<Erasure>('/erasures', { scope, subject: scope === 'conversation' ? conversation : customer }),
    onSuccess() {
      onErased(scope === 'customer' ? customer : null)
      return client.invalidateQueries({ queryKey: ['access'] })
    },
  })
  const who = row ? visitorName(row) : 'this visitor'
  if (erase.data) {
    const { index, at, conversations } = erase.data
    return (
      <Dialog title="Erased" onClose={onClose}>
        <div className={css.receipt} role="status">
          <span className={css.done}>
            <Icon name="done" size={22} />
          </span>
          <div>
            <p className={css.strong}>Entry #{index.toLocaleString()} is the receipt.</p>
            <p className={css.soft}>
              {conversations === 1 ? 'One conversation' : `${conversations.toLocaleString()} conversations`},{' '}
              {preciseTime(at)}
            </p>
          </div>
        </div>
        <p className={css.soft}>
          The keys are destroyed. The text cannot be read any more, here or in any backup. Who had read it
          stays in the log, without names.
        </p>
        <div className={css.buttons}>
          <Link
            to="/access/conversation/$id"
            params={{ id: conversation }}
            search={{ entry: index }}
            onClick={onClose}
          >
            See its proof
          </Link>
          <Button tone="main" onPress={onClose} autoFocus>
            Done
          </Button>
        </div>
      </Dialog>
    )
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (typed.trim().toLowerCase() === word) erase.mutate()
  }
  return (
    <Dialog title="Erase for ever" onClose={onClose}>
      <form className={css.form} onSubmit={submit}>
        <RadioGroup
          className={css.scopes ?? ''}
          aria-label="What is erased"
          value={scope}
          onChange={(value) => setScope(value as Scope)}
        >
          <Radio value="conversation" className={css.scope ?? ''}>
            <span className={css.strong}>This conversation</span>
            <span className={css.soft}>Every message and note in it, with {who}.</span>
          </Radio>
          <Radio value="customer" className={css.scope ?? ''}>
            <span className={css.strong}>The customer, with every conversation</span>
            <span className={css.soft}>{who}: name, address and all that was ever written.</span>
          </Radio>
        </RadioGroup>
        <ul className={css.list}>
          <li>
            <Icon name="key" size={16} /> The keyholder destroys the keys. It refuses for ever after.
          </li>
          <li>
            <Icon name="trash" size={16} /> The text cannot be read any more, here or in any backup.
          </li>
          <li>
            <Icon name="shield" size={16} /> The access log keeps its entries, without names, and gets a
            receipt.
          </li>
          <li className={css.never}>
            <Icon name="warning" size={16} /> Nobody can undo this. We cannot either.
          </li>
        </ul>
        <TextField
          label={`Type “${word}” to confirm`}
          value={typed}
          onChange={setTyped}
          autoComplete="off"
          autoFocus
        />
        {erase.error && (
          <p className={css.fault} role="alert">
            <Icon name="warning" size={16} />
            <span>
              {erase.error.message}
              {erase.error instanceof Refusal && erase.error.code === 'on_hold' && (
                <>
                  .{' '}
                  <Link to="/access/review" onClick={onClose}>
                    See the legal holds
                  </Link>
                </>
              )}
            </span>
          </p>
        )}
        <div className={css.buttons}>
          <Button tone="quiet" onPress={onClose}>
            Keep it
          </Button>
          <Button
            type="submit"
            tone="danger"
            icon="trash"
            isDisabled={typed.trim().toLowerCase() !== word || erase.isPending}
          >
            {erase.isPending ? 'Erasing…' : 'Erase for ever'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
