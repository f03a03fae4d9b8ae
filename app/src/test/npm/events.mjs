// A company's program on an unmodified SDK: node events.mjs '{"api":…}'
// Goes through every method that the SDK has for apps, webhooks, events, capability and consents,
// and has the SDK check and parse each callback. Prints one JSON line for each thing that happened.
import { createServer } from 'node:http';
import { once } from 'node:events';
import sdk from '@sinch/sdk-core';
import { watch } from './driven.mjs';

const { SinchClient, ConversationCallbackWebhooks } = sdk;
const world = JSON.parse(process.argv[2]);
const secret = 'a secret of the callbacks';
const say = (what, value) => console.log(JSON.stringify({ what, value }));

const client = new SinchClient({
  projectId: world.project_id,
  keyId: world.key_id,
  keySecret: world.key_secret,
  conversationRegion: 'eu',
  authHostname: world.api,
  conversationHostname: world.api,
  conversationTemplatesHostname: world.api,
});
const undriven = watch(client.conversation, 'events');
const { app, webhooks, events, capability, consents, contact, conversation, messages } =
  client.conversation;

const told = new Map();
const waiting = new Map();
const callbacks = new ConversationCallbackWebhooks(secret);
const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  response.end();
  const valid = callbacks.validateAuthenticationHeader(request.headers, body);
  const event = callbacks.parseEvent(JSON.parse(body));
  say('callback', { valid, trigger: event.trigger });
  told.set(event.trigger, event);
  waiting.get(event.trigger)?.(event);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const heard = (trigger) => told.has(trigger)
  ? Promise.resolve(told.get(trigger))
  : new Promise((resolve) => waiting.set(trigger, resolve));

// Apps
const credentials = {
  channel: 'LINE',
  line_credentials: { token: world.token, secret: world.secret, is_default: true },
};
const other = await app.create({
  appCreateRequestBody: { display_name: 'Another', channel_credentials: [credentials] },
});
const read = await app.get({ app_id: other.id });
say('app', read.display_name);
say('queue', read.queue_stats);
const listed = await app.list({});
say('apps', listed.apps.filter((one) => one.id === other.id).length);
const renamed = await app.update({
  app_id: other.id,
  appUpdateRequestBody: { display_name: 'Renamed' },
  update_mask: ['display_name'],
});
say('renamed', renamed.display_name);

// Webhooks
const target = `http://127.0.0.1:${server.address().port}/callbacks`;
const webhook = await webhooks.create({
  webhookCreateRequestBody: {
    app_id: world.app_id,
    target: `${target}/first`,
    target_type: 'HTTP',
    secret,
    triggers: ['MESSAGE_INBOUND'],
  },
});
const all = [
  'MESSAGE_INBOUND', 'MESSAGE_DELIVERY', 'MESSAGE_SUBMIT', 'EVENT_INBOUND', 'EVENT_DELIVERY',
  'CONVERSATION_START', 'CONVERSATION_STOP', 'CONVERSATION_DELETE', 'CONTACT_CREATE',
  'CONTACT_UPDATE', 'CONTACT_DELETE', 'CONTACT_MERGE', 'CONTACT_IDENTITIES_DUPLICATION', 'OPT_IN',
  'OPT_OUT', 'CAPABILITY', 'CHANNEL_EVENT', 'UNSUPPORTED', 'SMART_CONVERSATIONS',
  'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION', 'RECORD_NOTIFICATION',
];
const updated = await webhooks.update({
  webhook_id: webhook.id,
  webhookUpdateRequestBody: { app_id: world.app_id, target, triggers: all },
  update_mask: ['target', 'triggers'],
});
say('triggers', updated.triggers.length === all.length);
say('webhook', (await webhooks.get({ webhook_id: webhook.id })).target === target);
const spare = await webhooks.create({
  webhookCreateRequestBody: { app_id: world.app_id, target: `${target}/spare`, triggers: [] },
});
await webhooks.delete({ webhook_id: spare.id });
say('webhooks', (await webhooks.list({ app_id: world.app_id })).webhooks
  .filter((one) => one.id === spare.id).length);

// Somebody to deal with
const identity = { channel: 'LINE', identity: world.line_user_id };
const person = await contact.create({
  contactCreateRequestBody: {
    channel_identities: [{ ...identity, app_id: world.app_id }],
    display_name: 'Hanako',
    language: 'JA',
  },
});
await heard('CONTACT_CREATE');
const recipient = { contact_id: person.id };
const send = (text, more) => messages.sendTextMessage({
  sendMessageRequestBody: {
    app_id: world.app_id, recipient, message: { text_message: { text } }, ...more,
  },
});
await send('hello');
await heard('MESSAGE_SUBMIT');
await heard('MESSAGE_DELIVERY');
await heard('CONVERSATION_START');

// Events
const event = (body) => ({
  sendEventRequestBody: { app_id: world.app_id, recipient, event: body },
});
const agent = { display_name: 'Mio', type: 'HUMAN' };
const sent = [
  await events.send(event({ composing_event: {} })),
  await events.sendComposingEvent(event({ composing_event: {} })),
  await events.sendComposingEndEvent(event({ composing_end_event: {} })),
  await events.sendCommentReplyEvent(event({ comment_reply_event: { text: 'yes' } })),
  await events.sendAgentJoinedEvent(event({ agent_joined_event: { agent } })),
  await events.sendAgentLeftEvent(event({ agent_left_event: { agent } })),
  await events.sendGenericEvent(event({ generic_event: { payload: { a: 1 } } })),
];
say('sent', sent.filter((one) => one.event_id && one.accepted_time).length);
const report = (await heard('EVENT_DELIVERY')).event_delivery_report;
say('reported', sent.some((one) => one.event_id === report.event_id));
const one = await events.get({ event_id: sent[6].event_id });
say('event', one.app_event);
const ids = [];
for await (const found of events.list({ contact_id: person.id, page_size: 3 })) ids.push(found.id);
say('listed', ids.length);
await events.delete({ event_id: sent[6].event_id });
say('left', (await events.list({ contact_id: person.id, page_size: 20 })).data.length);

// Capability
const looked = await capability.lookup({
  lookupCapabilityRequestBody: { app_id: world.app_id, recipient, request_id: 'asked' },
});
say('capability', looked.request_id);
say('capable', (await heard('CAPABILITY')).capability_notification.capability_status);

// Consents: the SDK reads lists, and has no call that fills them
const authorization = 'Basic '
  + Buffer.from(`${world.key_id}:${world.key_secret}`).toString('base64');
const registered = await fetch(
  `${world.api}/v1/projects/${world.project_id}/optouts:register?request_id=out`,
  {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({
      app_id: world.app_id, channels: ['LINE'], recipient, list_type: 'OPT_OUT_MARKETING',
    }),
  },
);
say('registered', registered.status);
say('opted', (await heard('OPT_OUT')).opt_out_notification.request_id);
const identities = await consents.listIdentities({
  app_id: world.app_id, list_type: 'OPT_OUT_MARKETING',
});
say('identities', identities.data.map((found) => found.identity === identity.identity));
const audit = await consents.listAuditRecords({
  app_id: world.app_id, identity: identity.identity,
});
say('audit', audit.audit_records.map((record) => record.operation));

// What changes is told as well
await contact.update({
  contact_id: person.id,
  updateContactRequestBody: { display_name: 'Hanako Sato' },
  update_mask: ['display_name'],
});
await heard('CONTACT_UPDATE');
const spareContact = await contact.create({
  contactCreateRequestBody: {
    channel_identities: [{ channel: 'SMS', identity: '+46701234567' }], language: 'EN_US',
  },
});
await contact.mergeContact({
  destination_id: person.id,
  mergeContactRequestBody: { source_id: spareContact.id, strategy: 'MERGE' },
});
await heard('CONTACT_MERGE');
const open = (await conversation.list({ contact_id: person.id })).data[0];
await conversation.stopActive({ conversation_id: open.id });
await heard('CONVERSATION_STOP');
await conversation.delete({ conversation_id: open.id });
await heard('CONVERSATION_DELETE');

// Now the person acts, and then the credential fails
say('ready', true);
await heard('MESSAGE_INBOUND');
await heard('UNSUPPORTED');
await heard('OPT_IN');
await app.update({
  app_id: world.app_id,
  appUpdateRequestBody: {
    channel_credentials: [{
      ...credentials, line_credentials: { ...credentials.line_credentials, token: 'of-nobody' },
    }],
  },
  update_mask: ['channel_credentials'],
});
await send('too late');
say('trouble',
  (await heard('CHANNEL_EVENT')).channel_event_notification.channel_event.event_type);
await contact.delete({ contact_id: person.id });
await heard('CONTACT_DELETE');
await app.delete({ app_id: other.id });
say('apps', (await app.list({})).apps.filter((found) => found.id === other.id).length);
say('undriven', undriven());
server.close();
server.closeAllConnections();
