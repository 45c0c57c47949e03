/** @jsxImportSource preact */
import { Component, type VNode } from 'preact'
import type { MessageItem } from '@candor/protocol/fold-events.ts'
import type { Chat } from './chat.ts'
import type { Messages } from './messages/messages.ts'

interface FormProps {
  form: NonNullable<MessageItem['form']>
  chat: Chat
  m: Messages
}

type Stage = 'open' | 'sending' | 'failed'

/** The server reads no longer answer. */
const answerCharactersMax = 1_000

/** Asks for a few fields inside a message. Once answered, it shows what was answered. */
export class FormInMessage extends Component<FormProps, { stage: Stage }> {
  override state: { stage: Stage } = { stage: 'open' }

  submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const { form, chat } = this.props
    const data = new FormData(event.currentTarget as HTMLFormElement)
    const answers = Object.fromEntries(
      form.fields.map(({ name }) => [name, String(data.get(name) ?? '').trim()]),
    )
    this.setState({ stage: 'sending' })
    chat.answerForm(form.id, answers).then(
      (answer) => this.setState({ stage: answer.type === 'refused' ? 'failed' : 'sending' }),
      // The card guard did not load: nothing was sent.
      () => this.setState({ stage: 'failed' }),
    )
  }

  render({ form, m }: FormProps, { stage }: { stage: Stage }): VNode {
    if (form.answered)
      return form.answers ? (
        <dl>
          {form.fields.map(({ name, label }) => [
            <dt key={name}>{label}</dt>,
            <dd key={name + ' answer'} dir="auto">
              {form.answers![name]}
            </dd>,
          ])}
        </dl>
      ) : (
        <p>{m.thanks}</p>
      )
    return (
      <form onSubmit={this.submit}>
        {form.fields.map(({ name, label, input, required }) => (
          <label key={name}>
            {label}
            <input
              name={name}
              type={inputType(input)}
              required={required}
              maxLength={answerCharactersMax}
              dir="auto"
            />
          </label>
        ))}
        {stage === 'failed' && (
          <p class="failed" role="alert">
            {m.failed('busy')}
          </p>
        )}
        <button class="primary" disabled={stage === 'sending'}>
          {stage === 'sending' ? m.sending : m.send}
        </button>
      </form>
    )
  }
}

/** An unknown kind of field is asked for as text. The type says 'text' for the sake of Preact's unions. */
const inputType = (input: string): 'text' => (/^(email|tel)$/.test(input) ? (input as 'text') : 'text')
