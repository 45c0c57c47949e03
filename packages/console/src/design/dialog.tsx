import type { ReactNode } from 'react'
import {
  Button as AriaButton,
  Dialog as AriaDialog,
  Heading,
  Modal,
  ModalOverlay,
} from 'react-aria-components'
import { classes } from './classes.ts'
import css from './controls.module.css'
import { Icon } from './icons.tsx'

export function Dialog({
  title,
  onClose,
  children,
  wide,
}: {
  title: string
  onClose(): void
  children: ReactNode
  wide?: boolean
}) {
  return (
    <ModalOverlay
      className={css.scrim ?? ''}
      isOpen
      isDismissable
      onOpenChange={(open) => !open && onClose()}
    >
      <Modal className={classes(css.modal, wide && css.wide)}>
        <AriaDialog className={css.dialog ?? ''} data-layer="">
          <header className={css.dialogHead}>
            <Heading slot="title" className={css.dialogTitle ?? ''}>
              {title}
            </Heading>
            <AriaButton className={css.iconButton ?? ''} aria-label="Close" onPress={onClose}>
              <Icon name="close" />
            </AriaButton>
          </header>
          {/* A region that scrolls and holds nothing to focus is in reach of the keyboard itself. */}
          <div className={css.dialogBody} {...(wide && { tabIndex: 0, role: 'region', 'aria-label': title })}>
            {children}
          </div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
