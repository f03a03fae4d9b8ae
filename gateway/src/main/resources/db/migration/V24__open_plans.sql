-- Whether any plan waits for what somebody does: asked with every batch of the fold. Without one the
-- people of the batch need not be looked up among those of plans.
create index delivery_plan_open on delivery_plan (message) where open;
