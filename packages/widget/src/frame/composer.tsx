/** @jsxImportSource preact */
import { Component, type VNode } from 'preact'
import { textCharactersMax } from '@candor/protocol/frames.ts'
import type { Chat, Guard } from './chat.ts'
import { Icon } from './icons.tsx'
import type { Messages } from './messages/messages.ts'

export interface ComposerProps {
  chat: Chat
  m: Messages
  payUrl: string | null
  /** The tenant's identifier formats. */
  formats: unknown
  guard(): Promise<Guard>
  openLink(href: string): void
}

interface Draft {
  text: string
  /** The card guard found card data in it. */
  card: boolean
}

/** From here on the person is told how much room is left. */
const roomShownAt = 200

export class Composer extends Component<ComposerProps, Draft> {
  override state: Draft = { text: '', card: false }
  box: HTMLTextAreaElement | null = null

  input = (): void => {
    const text = this.box!.value
    this.setState({ text })
    this.props.chat.typing(text.trim() !== '')
    this.screen()
  }

  screen = (): void => {
    const text = this.box!.value
    this.props.guard().then(
      (guard) =>
        text === this.box?.value &&
        this.setState({ card: guard.screen(text, this.props.formats).findings.length > 0 }),
      // It is asked for again with the next character, and before anything is sent.
      () => {},
    )
  }

  write(text: string): void {
    this.box!.value = text
    this.box!.focus()
    this.input()
  }

  send = (): void => {
    const text = this.box!.value.trim()
    if (text === '') return this.box!.focus()
    this.props.chat.send(text)
    this.props.chat.typing(false)
    this.write('')
  }

  removeCard = (): void => {
    void this.props.guard().then((guard) => {
      let text = this.box!.value
      for (const { start, end } of [...guard.screen(text, this.props.formats).findings].reverse())
        text = text.slice(0, start) + text.slice(end)
      this.write(text.replace(/\s+/g, ' ').trim())
    })
  }

  override componentDidUpdate({ formats }: ComposerProps): void {
    const box = this.box!
    // What a tenant changes counts for what is written already.
    if (formats !== this.props.formats && box.value !== '') this.screen()
    box.style.height = 'auto'
    box.style.height = box.scrollHeight + 'px'
  }

  render({ m, payUrl, openLink }: ComposerProps, { text, card }: Draft): VNode {
    const room = textCharactersMax - text.length
    return (
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault()
          this.send()
        }}
      >
        {card && (
          <div class="notice" role="alert">
            <Icon name="lock" />
            <p>
              <b>{m.cardTitle}</b>
              {m.cardText}
            </p>
            <p>
              {payUrl !== null && (
                <button type="button" class="primary" onClick={() => openLink(payUrl)}>
                  {m.pay}
                </button>
              )}
              <button type="button" class="plain" onClick={this.removeCard}>
                {m.removeCard}
              </button>
            </p>
          </div>
        )}
        <div class="box">
          <textarea
            ref={(box) => void (this.box = box)}
            rows={1}
            // An empty box has no direction of its own: its placeholder stands where the language begins.
            dir={text === '' ? undefined : 'auto'}
            aria-label={m.write}
            placeholder={m.write}
            maxLength={textCharactersMax}
            enterkeyhint="send"
            onInput={this.input}
            onKeyDown={(event) => {
              // Enter that ends a composition (Japanese, Chinese, accents) belongs to it.
              if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
              event.preventDefault()
              this.send()
            }}
          />
          <button class="send" aria-label={m.send} aria-disabled={text.trim() === ''}>
            <Icon name="send" />
          </button>
        </div>
        {room < roomShownAt && (
          <p class="room" aria-live="polite">
            {m.charactersLeft(room)}
          </p>
        )}
      </form>
    )
  }
}
