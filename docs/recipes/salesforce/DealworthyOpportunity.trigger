trigger DealworthyOpportunity on Opportunity (before update, after insert, after update) {
    if (Trigger.isBefore) {
        DealworthyGuard.beforeUpdate(Trigger.new, Trigger.oldMap);
    } else if (!System.isQueueable() && !System.isBatch()) { // else what a job writes down would ask again
        System.enqueueJob(new DealworthyPut(new List<Id>(Trigger.newMap.keySet())));
    }
}
