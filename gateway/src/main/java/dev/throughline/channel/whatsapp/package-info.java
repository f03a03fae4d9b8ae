/**
 * WhatsApp as a {@link dev.throughline.channel.Channel}: Meta's Cloud API directly, and AWS End
 * User Messaging Social around the same messages. Nothing here keeps state or retries; only {@link
 * dev.throughline.channel.whatsapp.WhatsAppChannel#send} and its like call out.
 */
@NullMarked
package dev.throughline.channel.whatsapp;

import org.jspecify.annotations.NullMarked;
