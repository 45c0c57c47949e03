import type { ReactNode } from 'react'
import { Dialog as AriaDialog, Modal, ModalOverlay } from 'react-aria-components'
import css from './picker-dialog.module.css'

/** A layer that holds one picker, near the top like a palette or near the composer. */
export function PickerDialog({
  label,
  onClose,
  children,
  low,
}: {
  label: string
  onClose(): void
  children: ReactNode
  low?: boolean
}) {
  return (
    <ModalOverlay
      className={(low ? css.low : css.scrim) ?? ''}
      isOpen
      isDismissable
      onOpenChange={(open) => !open && onClose()}
    >
      <Modal className={css.modal ?? ''}>
        <AriaDialog className={css.dialog ?? ''} aria-label={label} data-layer="">
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
