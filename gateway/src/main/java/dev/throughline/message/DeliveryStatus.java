package dev.throughline.message;

/** How far a message to a contact has come, in the contract's words and in their order of rank. */
public enum DeliveryStatus {
  QUEUED,
  SWITCHING_CHANNEL,
  QUEUED_ON_CHANNEL,
  DELIVERED,
  READ,
  FAILED
}
