// Every method of the unmodified SDK for contacts, conversations, messages, transcoding and project
// settings:
// node contacts.mjs API PROJECT KEY_ID KEY_SECRET APP_ID LINE_USER OTHER_USER NOW
// Prints one JSON line for each method, with what it answered.
import sdk from '@sinch/sdk-core';
import { watch } from './driven.mjs';

const [api, projectId, keyId, keySecret, app_id, user, other, now] = process.argv.slice(2);
const client = new sdk.SinchClient({
  projectId,
  keyId,
  keySecret,
  conversationRegion: 'eu',
  authHostname: api,
  conversationHostname: api,
  conversationTemplatesHostname: api,
});
const undriven = watch(client.conversation, 'contacts');
const { contact, conversation, messages, projectSettings, transcoding } = client.conversation;
const call = async (name, promise) => {
  const answer = await promise;
  console.log(JSON.stringify({ call: name, answer: answer?.data ?? answer }));
  return answer;
};
const line = (identity) => ({ channel: 'LINE', identity, app_id });

const taro = await call('contact.create', contact.create({
  contactCreateRequestBody: { channel_identities: [line(user)], display_name: 'Taro', language: 'JA' },
}));
const jiro = await call('contact.create', contact.create({
  contactCreateRequestBody: {
    channel_identities: [{ channel: 'SMS', identity: '+46701234567' }], language: 'SV',
  },
}));
const contact_id = taro.id;
await call('contact.get', contact.get({ contact_id }));
await call('contact.update', contact.update({
  contact_id, updateContactRequestBody: { email: 'taro@example.com' }, update_mask: ['email'],
}));
await call('contact.list', contact.list({ channel: 'SMS', identity: '+46701234567' }));
const everybody = [];
for await (const one of contact.list({ page_size: 1 })) everybody.push(one.id);
console.log(JSON.stringify({ call: 'contact.list all', answer: everybody }));
await call('contact.listIdentityConflicts', contact.listIdentityConflicts({}));
await call('contact.getChannelProfile', contact.getChannelProfile({
  getChannelProfileRequestBody: {
    app_id, channel: 'LINE', recipient: { identified_by: { channel_identities: [line(user)] } },
  },
}));
await call('contact.mergeContact', contact.mergeContact({
  destination_id: contact_id, mergeContactRequestBody: { source_id: jiro.id, strategy: 'MERGE' },
}));

const talk = await call('conversation.create', conversation.create({
  createConversationRequestBody: {
    app_id, contact_id, active: true, active_channel: 'LINE', metadata: 'plain',
    metadata_json: { a: 1 },
  },
}));
const conversation_id = talk.id;
await call('conversation.get', conversation.get({ conversation_id }));
await call('conversation.update', conversation.update({
  conversation_id,
  updateConversationRequestBody: { metadata_json: { b: 2 } },
  update_mask: ['metadata_json'],
  metadata_update_strategy: 'MERGE_PATCH',
}));
await call('conversation.list', conversation.list({ app_id, only_active: true }));
await call('conversation.injectMessage', conversation.injectMessage({
  conversation_id,
  injectMessageRequestBody: {
    accept_time: new Date(now),
    channel_identity: line(user), contact_id, direction: 'TO_APP', conversation_id,
    contact_message: { text_message: { text: 'said elsewhere' } },
  },
}));
const injected = await call('conversation.injectEvent', conversation.injectEvent({
  conversation_id,
  injectConversationEventRequestBody: {
    accept_time: new Date(now), app_event: { agent_joined_event: { agent: { display_name: 'Mio' } } },
    channel_identity: line(user), contact_id, conversation_id, processing_mode: 'CONVERSATION',
  },
}));
while (!(await client.conversation.events.list({ conversation_id })).data
  .some((event) => event.id === injected.event_id)) {
  await new Promise((resolve) => { setTimeout(resolve, 50); });
}

const url = 'https://example.com/picture.png';
const text = (words) => ({ text_message: { text: words } });
const coordinates = { latitude: 35.5, longitude: 139.5 };
const name = { full_name: 'Hanako Sato' };
const said = {
  send: { message: text('plain') },
  sendMediaMessage: { message: { media_message: { url } } },
  sendLocationMessage: { message: { location_message: { title: 'Here', coordinates } } },
  sendChoiceMessage: {
    message: { choice_message: { ...text('Which?'), choices: [text('This'), text('That')] } },
  },
  sendCardMessage: {
    message: { card_message: { title: 'A card', media_message: { url }, choices: [text('Yes')] } },
  },
  sendCarouselMessage: {
    message: {
      carousel_message: {
        cards: [1, 2].map((n) => ({ title: `Card ${n}`, description: 'of two', choices: [text('Yes')] })),
      },
    },
  },
  sendListMessage: {
    message: {
      list_message: {
        title: 'A list',
        sections: [{ title: 'All', items: [{ choice: { title: 'First' } }] }],
        message_properties: { menu: 'Open' },
      },
    },
  },
  sendContactInfoMessage: {
    message: { contact_info_message: { name, phone_numbers: [{ phone_number: '+46701234567' }] } },
  },
};
const template = await client.conversation.templatesV2.create({
  createTemplateRequestBody: {
    default_translation: 'en-US',
    translations: [{ language_code: 'en-US', version: '1', ...text('Hello ${name}') }],
  },
});
said.sendTemplateMessage = {
  message: {
    template_message: {
      omni_template: { template_id: template.id, version: '1', parameters: { name: 'Taro' } },
    },
  },
};
const answers = [];
for (const [method, body] of Object.entries(said)) {
  const { message_id: id } = await messages[method]({
    sendMessageRequestBody: { app_id, recipient: { contact_id }, ...body },
  });
  answers.push([method, id]);
}
const statuses = {};
for (const [method, id] of answers) {
  let status = 'QUEUED';
  while (status === 'QUEUED') {
    const one = await messages.get({ message_id: id });
    status = one.message_status?.status;
    if (status === 'QUEUED') await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  statuses[method] = status;
  await messages.delete({ message_id: id, messages_source: 'CONVERSATION_SOURCE' });
}
console.log(JSON.stringify({ call: 'messages.send all', answer: statuses }));
await call('transcoding', transcoding.transcodeMessage({
  transcodeMessageRequestBody: { app_id, app_message: text('as it is'), channels: ['LINE'] },
}));

const sent = await call('messages.send', messages.sendTextMessage({
  sendMessageRequestBody: {
    app_id, recipient: { contact_id }, message: { text_message: { text: 'hello' } },
    ttl: 60, message_metadata: 'meta', channel_priority_order: ['LINE'],
  },
}));
const message_id = sent.message_id;
// A read waits a quarter of a second for what was just accepted, and a busy machine may take longer.
while ((await messages.list({ app_id })).data.length < 2) {
  await new Promise((resolve) => { setTimeout(resolve, 50); });
}
await call('conversation.listRecent', conversation.listRecent({ app_id, order: 'DESC' }));
await call('messages.get', messages.get({ message_id, messages_source: 'CONVERSATION_SOURCE' }));
await call('messages.list', messages.list({
  app_id, channel_identity: user, channel: 'LINE', start_time: new Date('2021-11-11T07:39:35.710Z'),
}));
await call('messages.listLast', messages.listLastMessagesByChannelIdentity({
  listLastMessagesByChannelIdentityRequestBody: {
    channel_identities: [user, other], app_id, messages_source: 'CONVERSATION_SOURCE',
  },
}));
await call('messages.update', messages.update({
  message_id, updateMessageRequestBody: { metadata: 'new' }, messages_source: 'CONVERSATION_SOURCE',
}));
await call('messages.delete', messages.delete({ message_id, messages_source: 'CONVERSATION_SOURCE' }));
await call('conversation.stopActive', conversation.stopActive({ conversation_id }));
await call('conversation.delete', conversation.delete({ conversation_id }));
await call('contact.delete', contact.delete({ contact_id }));

const unified = (unified_contact_id_enabled) => ({ contact_settings: { unified_contact_id_enabled } });
await call('settings.create', projectSettings.create({
  createProjectSettingsRequestBody: unified(true),
}));
await call('settings.update', projectSettings.update({
  updateProjectSettingsRequestBody: unified(false),
}));
await call('settings.get', projectSettings.get({}));
await call('settings.delete', projectSettings.delete({}));
console.log(JSON.stringify({ call: 'undriven', answer: undriven() }));
