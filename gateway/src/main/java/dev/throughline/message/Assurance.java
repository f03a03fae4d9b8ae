package dev.throughline.message;

/** How sure one can be that a message arrived, lowest first. */
public enum Assurance {
  /** The provider took it. */
  ACCEPTED,

  /** The carrier, or the recipient's mail server, took it. */
  CARRIER,

  /** It is on the recipient's device. */
  DEVICE,
  READ,
  ANSWERED
}
