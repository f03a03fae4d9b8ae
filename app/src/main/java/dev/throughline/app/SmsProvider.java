package dev.throughline.app;

/** By which of the emulated providers a sandbox's app sends SMS, and receives them. */
enum SmsProvider {
  AWS,
  SMPP
}
