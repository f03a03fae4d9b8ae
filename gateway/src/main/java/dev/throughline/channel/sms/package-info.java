/**
 * SMS, through AWS End User Messaging or an SMSC by SMPP 3.4. Parsing and rendering are pure;
 * sending says exactly what is known afterwards. Calls AWS by the gateway's HTTP client, and SMSCs
 * over sessions that it holds.
 */
@NullMarked
package dev.throughline.channel.sms;

import org.jspecify.annotations.NullMarked;
