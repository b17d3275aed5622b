trigger DealworthyTeamMember on OpportunityTeamMember (before insert, after insert, after update, after delete) {
    if (Trigger.isBefore) {
        DealworthyGuard.beforeInsert(Trigger.new);
    } else if (!System.isQueueable() && !System.isBatch()) {
        Set<Id> ids = new Set<Id>();
        for (OpportunityTeamMember each : Trigger.isDelete ? Trigger.old : Trigger.new) {
            ids.add(each.OpportunityId);
        }
        System.enqueueJob(new DealworthyPut(new List<Id>(ids)));
    }
}
